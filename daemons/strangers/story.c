/* The story that all strangers tell, with libvici. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libvici.h>

static int sas;

static void die(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static vici_res_t *submit(vici_conn_t *conn, vici_req_t *req)
{
    vici_res_t *res = vici_submit(req, conn);
    if (!res)
        die("submit");
    return res;
}

static void refused(vici_conn_t *conn, vici_req_t *req)
{
    vici_res_t *res = submit(conn, req);
    printf("refused %s\n", vici_find_str(res, "not refused", "errmsg"));
    vici_free_res(res);
}

static int on_list(void *user, vici_res_t *res, char *name, void *value, int len)
{
    if (!strcmp(name, "remote_addrs"))
        printf("conn %s to %.*s\n", (char *)user, len, (char *)value);
    return 0;
}

static int on_section(void *user, vici_res_t *res, char *name)
{
    return vici_parse_cb(res, NULL, NULL, on_list, strcmp(name, "children") ? name : user);
}

static void on_conn(void *user, char *name, vici_res_t *res)
{
    vici_parse_cb(res, on_section, NULL, NULL, NULL);
}

static void on_sa(void *user, char *name, vici_res_t *res)
{
    sas++;
}

static int on_count(void *user, vici_res_t *res, char *name, void *value, int len)
{
    ++*(int *)user;
    return 0;
}

static vici_req_t *named(const char *command, const char *key, const char *value)
{
    vici_req_t *req = vici_begin((char *)command);
    vici_add_key_valuef(req, (char *)key, "%s", value);
    return req;
}

static vici_req_t *home(void)
{
    vici_req_t *req = vici_begin("load-conn");
    vici_begin_section(req, "home");
    vici_add_key_valuef(req, "version", "2");
    vici_begin_list(req, "remote_addrs");
    vici_add_list_itemf(req, "127.0.0.2");
    vici_end_list(req);
    vici_begin_section(req, "local");
    vici_add_key_valuef(req, "auth", "psk");
    vici_end_section(req);
    vici_begin_section(req, "children");
    vici_begin_section(req, "net");
    vici_begin_list(req, "remote_ts");
    vici_add_list_itemf(req, "10.1.0.0/16");
    vici_end_list(req);
    vici_end_section(req);
    vici_end_section(req);
    vici_end_section(req);
    return req;
}

int main(int argc, char *argv[])
{
    vici_conn_t *conn;
    vici_res_t *res;
    vici_req_t *req;
    char uri[200];
    int count = 0;

    snprintf(uri, sizeof(uri), "unix://%s", argv[1]);
    vici_init();
    conn = vici_connect(uri);
    if (!conn)
        die("connect");
    res = submit(conn, vici_begin("version"));
    printf("daemon %s\n", vici_find_str(res, "", "daemon"));
    vici_free_res(res);
    vici_free_res(submit(conn, home()));
    if (vici_register(conn, "list-conn", on_conn, NULL) || vici_register(conn, "list-sa", on_sa, NULL))
        die("register");
    vici_free_res(submit(conn, vici_begin("list-conns")));
    req = vici_begin("load-conn");
    vici_begin_section(req, "bad");
    vici_add_key_valuef(req, "frob", "1");
    vici_end_section(req);
    refused(conn, req);
    req = named("initiate", "child", "net");
    vici_add_key_valuef(req, "timeout", "300");
    refused(conn, req);
    vici_free_res(submit(conn, vici_begin("list-sas")));
    printf("sas %d\n", sas);
    vici_free_res(submit(conn, named("terminate", "ike", "home")));
    vici_free_res(submit(conn, named("unload-conn", "name", "home")));
    refused(conn, named("unload-conn", "name", "home"));
    res = submit(conn, vici_begin("get-conns"));
    vici_parse_cb(res, NULL, NULL, on_count, &count);
    vici_free_res(res);
    printf("conns %d\n", count);
    vici_disconnect(conn);
    vici_deinit();
    return 0;
}
