/* Reads messages with the parser of libvici, which is the one that charon has: from standard input, each
 * behind its length of four bytes in network order. What it sees goes to standard output in the same way:
 * the elements, encoded as in a message, and behind them a byte: E for the end, X for an error, L where
 * it does not come to an end. Output is written when there is much of it, and at the end of the input. */

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libvici.h>

/* What libvici exports beside its interface, as far as it is needed. */

typedef struct {
    unsigned char *ptr;
    size_t len;
} chunk;

typedef struct enumerator {
    bool (*enumerate)(struct enumerator *self, ...);
    void *venumerate;
    void (*destroy)(struct enumerator *self);
} enumerator;

typedef struct message {
    enumerator *(*create_enumerator)(struct message *self);
    void *others[11];
    void (*destroy)(struct message *self);
} message;

message *vici_message_create_from_data(chunk data, bool cleanup);

/* The types of elements; 0 is that of none. */
enum { SECTION_START = 1, SECTION_END, KEY_VALUE, LIST_START, LIST_ITEM, LIST_END, END };

/* Room for a message of the greatest length, with every element of two bytes taken for one with a stale
 * value. */
static unsigned char in[1 << 20], out[1 << 25];
static size_t filled;

static void put(const void *bytes, size_t len)
{
    if (filled + len > sizeof(out)) {
        fprintf(stderr, "it sees more than there is room for\n");
        exit(1);
    }
    memcpy(out + filled, bytes, len);
    filled += len;
}

static void put_name(const char *name)
{
    unsigned char len = strlen(name);
    put(&len, 1);
    put(name, len);
}

static void put_value(chunk value)
{
    uint16_t len = htons(value.len);
    put(&len, 2);
    put(value.ptr, value.len);
}

static void judge(size_t len)
{
    message *message = vici_message_create_from_data((chunk){ in, len }, false);
    enumerator *elements = message->create_enumerator(message);
    const char *verdict = "L";
    char *name = "";
    chunk value = { NULL, 0 };

    for (size_t count = 0; count <= len; count++) {
        /* Where it sets none this is what it leaves. */
        int type = 0;
        if (!elements->enumerate(elements, &type, &name, &value)) {
            verdict = "X";
            break;
        }
        if (type == END) {
            verdict = "E";
            break;
        }
        unsigned char tag = type;
        put(&tag, 1);
        if (type == SECTION_START || type == KEY_VALUE || type == LIST_START)
            put_name(name);
        if (type == KEY_VALUE || type == LIST_ITEM)
            put_value(value);
    }
    put(verdict, 1);
    elements->destroy(elements);
    message->destroy(message);
}

int main(void)
{
    uint32_t len;

    vici_init();
    while (fread(&len, sizeof(len), 1, stdin) == 1) {
        len = ntohl(len);
        if (len > sizeof(in) || fread(in, 1, len, stdin) != len)
            return 1;
        filled = 0;
        judge(len);
        uint32_t length = htonl(filled);
        fwrite(&length, sizeof(length), 1, stdout);
        fwrite(out, 1, filled, stdout);
    }
    return 0;
}
