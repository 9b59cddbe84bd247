/* Reads settings with the parser of libstrongswan, which is the one of swanctl: from standard input, each
 * folder behind its length of four bytes in network order. A folder is a row of files, each with its path
 * and its content behind their lengths in the same way; the first is what is read, the others are what it
 * may include. What it sees goes to standard output behind its length: first a byte, E if it has read the
 * file, X if not and C where it crashes or does not come to an end, then sections and values in their order
 * as told below. Output is written when there is much of it, and at the end of the input. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* What libstrongswan exports, as far as it is needed. */

typedef struct enumerator {
    bool (*enumerate)(struct enumerator *self, ...);
    void *venumerate;
    void (*destroy)(struct enumerator *self);
} enumerator;

typedef struct settings {
    /* What gets and sets single values. */
    void *values[11];
    enumerator *(*sections)(struct settings *self, char *format, ...);
    enumerator *(*keys)(struct settings *self, char *format, ...);
    void *fallback;
    bool (*load_files)(struct settings *self, char *pattern, bool merge);
    void *load_files_section;
    bool (*load_string)(struct settings *self, char *text, bool merge);
    void *load_string_section;
    void (*destroy)(struct settings *self);
} settings;

bool library_init(char *settings, const char *name);
settings *settings_create(char *file);

/* How deep sections are looked at, and how much of them: references may go round in circles. The test
 * looks as far. */
enum { MAX_DEPTH = 5, MAX_SEEN = 1 << 12 };

/* What the two processes share: one that may crash, and one that goes on. */
static struct {
    unsigned char in[1 << 20], out[MAX_SEEN + (1 << 20)];
    size_t filled;
} *shared;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void put(const void *bytes, size_t len)
{
    if (shared->filled + len > sizeof(shared->out)) {
        fprintf(stderr, "it sees more than there is room for\n");
        exit(1);
    }
    memcpy(shared->out + shared->filled, bytes, len);
    shared->filled += len;
}

/* A text and the zero behind it. */
static void put_text(const char *text)
{
    put(text, strlen(text) + 1);
}

/* The values of a section, each a `=`, its name and its bytes, then the sections in it, each a `{`, its name
 * and the same again, and a `}`. */
static void put_section(settings *settings, char **path, int depth)
{
    char format[3 * MAX_DEPTH + 1] = "", *name, *value;
    enumerator *all;

    for (int i = 0; i < depth; i++)
        strcat(format, i ? ".%s" : "%s");
/* It takes as many names as the format says. */
#define PATH path[0], path[1], path[2], path[3], path[4]
    all = settings->keys(settings, format, PATH);
    while (shared->filled < MAX_SEEN && all->enumerate(all, &name, &value)) {
        put("=", 1);
        put_text(name);
        put_text(value);
    }
    all->destroy(all);
    if (depth == MAX_DEPTH)
        return;
    all = settings->sections(settings, format, PATH);
    while (shared->filled < MAX_SEEN && all->enumerate(all, &name)) {
        put("{", 1);
        put_text(name);
        path[depth] = name;
        put_section(settings, path, depth + 1);
        put("}", 1);
    }
    all->destroy(all);
}

typedef struct {
    char *path;
    unsigned char *content;
    size_t len;
} file;

static file files[16];
static size_t count;

/* What is behind the next length, and how long it is. */
static unsigned char *take(unsigned char **at, unsigned char *end, size_t *len)
{
    uint32_t length;
    if ((size_t)(end - *at) < sizeof(length))
        exit(1);
    memcpy(&length, *at, sizeof(length));
    *len = ntohl(length);
    *at += sizeof(length);
    if (*len > (size_t)(end - *at))
        exit(1);
    *at += *len;
    return *at - *len;
}

static void take_files(size_t len)
{
    unsigned char *at = shared->in, *end = at + len;
    size_t length;

    while (count > 0)
        free(files[--count].path);
    while (at < end && count < 16) {
        unsigned char *path = take(&at, end, &length);
        files[count].path = strndup((char *)path, length);
        files[count].content = take(&at, end, &files[count].len);
        count++;
    }
}

/* Whether there is nothing that would have to be in a file. */
static bool is_plain(void)
{
    unsigned char *text = files[0].content;
    size_t len = files[0].len;
    return !memmem(text, len, "include", 7) && !memchr(text, 0, len);
}

/* Makes or removes the folder that a file is in, if it is not the outermost. */
static void with_folder(char *path, bool make)
{
    char *slash = strrchr(path, '/');
    if (slash == path)
        return;
    *slash = 0;
    if (make)
        mkdir(path, 0755);
    else
        rmdir(path);
    *slash = '/';
}

static void write_files(void)
{
    for (size_t i = 0; i < count; i++) {
        with_folder(files[i].path, true);
        int fd = open(files[i].path, O_CREAT | O_EXCL | O_WRONLY, 0644);
        if (fd < 0 || write(fd, files[i].content, files[i].len) != (ssize_t)files[i].len)
            fail(files[i].path);
        close(fd);
    }
}

static void remove_files(void)
{
    for (size_t i = 0; i < count; i++) {
        unlink(files[i].path);
        with_folder(files[i].path, false);
    }
}

static void judge(void)
{
    settings *settings = settings_create(NULL);
    char *path[MAX_DEPTH] = { NULL }, *text;
    bool loaded;

    if (is_plain()) {
        text = strndup((char *)files[0].content, files[0].len);
        loaded = settings->load_string(settings, text, false);
        free(text);
    } else {
        loaded = settings->load_files(settings, files[0].path, false);
    }
    put(loaded ? "E" : "X", 1);
    if (loaded)
        put_section(settings, path, 0);
    settings->destroy(settings);
}

/* The one that may crash: for each length it is told it judges the files, and says a byte. */
static void work(int asked, int answered)
{
    uint32_t len;

    /* Some recursions have no end but that of the stack or of files, which is to come soon. */
    setrlimit(RLIMIT_STACK, &(struct rlimit){ 1 << 16, 1 << 16 });
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 64, 64 });
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    while (read(asked, &len, sizeof(len)) == sizeof(len)) {
        take_files(len);
        setitimer(ITIMER_VIRTUAL, &(struct itimerval){ .it_value.tv_sec = 1 }, NULL);
        judge();
        if (write(answered, "", 1) != 1)
            _exit(1);
    }
    _exit(0);
}

static pid_t worker;
static int asked[2], answered[2];

static void start(void)
{
    if (pipe(asked) || pipe(answered))
        fail("pipe");
    worker = fork();
    if (worker < 0)
        fail("fork");
    if (worker == 0) {
        close(asked[1]);
        close(answered[0]);
        work(asked[0], answered[1]);
    }
    close(asked[0]);
    close(answered[1]);
}

/* Ends the worker; tells whether it has ended by itself, and not with an error. */
static bool end(void)
{
    int status;

    close(asked[1]);
    close(answered[0]);
    if (waitpid(worker, &status, 0) != worker)
        fail("waitpid");
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void ask(uint32_t len)
{
    char byte;

    take_files(len);
    bool plain = is_plain();
    if (!plain)
        write_files();
    shared->filled = 0;
    if (write(asked[1], &len, sizeof(len)) != sizeof(len))
        fail("the worker");
    if (read(answered[0], &byte, 1) != 1) {
        if (end())
            exit(1);
        start();
        shared->filled = 0;
        put("C", 1);
    }
    if (!plain)
        remove_files();
}

int main(void)
{
    uint32_t len;

    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        fail("mmap");
    /* It sees nothing but the files that are given, in a folder that ends with this process. */
    if (mount("judge", "/mnt", "tmpfs", 0, NULL) || chroot("/mnt") || chdir("/"))
        fail("a folder of its own in /mnt");
    if (!library_init("", "judge"))
        return 1;
    start();
    while (fread(&len, sizeof(len), 1, stdin) == 1) {
        len = ntohl(len);
        if (len > sizeof(shared->in) || fread(shared->in, 1, len, stdin) != len)
            return 1;
        ask(len);
        uint32_t length = htonl(shared->filled);
        fwrite(&length, sizeof(length), 1, stdout);
        fwrite(shared->out, 1, shared->filled, stdout);
    }
    return !end();
}
