/* The load client: one thread, epoll, keep-alive, loopback. Prints one line of JSON.
 *
 *   client load PORT CONNECTIONS SECONDS REQUEST
 *     A closed loop: every connection sends its next request when the answer to the last is complete.
 *   client paced PORT CONNECTIONS SPREAD_MS FIRST_MS STEP_MS BEFORE CHUNKS AFTER REQUEST
 *     Opens the connections, prints "ready", waits for a line on stdin; then each sends one request for a stream,
 *     evenly over SPREAD_MS. Chunk number k, from 0, is due FIRST_MS + k * STEP_MS after its request was sent; BEFORE
 *     and AFTER the chunks so many server-sent events come that are not judged.
 *
 * REQUEST is a file with a whole HTTP request; "########" in it becomes a number that no other request has.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 256 * 1024, BATCH = 1024, GRACE = 15 };

typedef struct {
    int fd, done;
    char *in;                   /* load: the answer so far */
    size_t got, head, body;     /* load: its bytes, those of its head, those of its body (0: chunked) */
    double sent;
    int seen, matched;          /* paced: events so far, and letters of "\ndata: " matched */
    char last[5];               /* paced: the latest bytes */
} Conn;

static Conn *conns;
static int epoll, count;
static char *request;
static size_t request_size;
static char *serial;
static long serials;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what) {
    fprintf(stderr, "client: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void read_request(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) die(path);
    request = calloc(1, BUFFER);
    request_size = fread(request, 1, BUFFER - 1, file);
    fclose(file);
    serial = strstr(request, "########");
}

static void open_all(int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    conns = calloc((size_t)count, sizeof *conns);
    epoll = epoll_create1(0);
    for (int i = 0; i < count; i++) {
        int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0) die("socket");
        if (connect(fd, (struct sockaddr *)&to, sizeof to)) die("connect");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        fcntl(fd, F_SETFL, O_NONBLOCK);
        conns[i].fd = fd;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &conns[i]};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
    }
}

static void ask(Conn *conn) {
    if (serial) {
        char digits[24];
        snprintf(digits, sizeof digits, "%08ld", serials++ % 100000000);
        memcpy(serial, digits, 8);
    }
    conn->got = conn->head = 0;
    conn->sent = now();
    if (write(conn->fd, request, request_size) != (ssize_t)request_size) die("write");
}

/* Whether the answer in a connection's buffer is complete. */
static int complete(Conn *conn) {
    if (!conn->head) {
        char *end = memmem(conn->in, conn->got, "\r\n\r\n", 4);
        if (!end) return 0;
        conn->head = (size_t)(end - conn->in) + 4;
        *end = 0;
        char *length = strcasestr(conn->in, "content-length:");
        conn->body = length ? strtoul(length + 15, NULL, 10) : 0;
        *end = '\r';
    }
    if (conn->body) return conn->got >= conn->head + conn->body;
    return conn->got >= conn->head + 5 && !memcmp(conn->in + conn->got - 5, "0\r\n\r\n", 5);
}

static void load(double seconds) {
    long answers = 0, refused = 0, bytes = 0;
    int waiting = count;
    struct epoll_event events[BATCH];
    double began = now(), until = began + seconds, moment = began;
    for (int i = 0; i < count; i++) {
        conns[i].in = malloc(BUFFER);
        ask(&conns[i]);
    }
    /* What is under way when the time is up is waited for, and not counted. */
    while (waiting && moment < until + GRACE) {
        int ready = epoll_wait(epoll, events, BATCH, 100);
        moment = now();
        for (int i = 0; i < ready; i++) {
            Conn *conn = events[i].data.ptr;
            ssize_t size = read(conn->fd, conn->in + conn->got, BUFFER - conn->got);
            if (size <= 0) die("the server hung up");
            conn->got += (size_t)size;
            if (!complete(conn)) continue;
            if (memcmp(conn->in, "HTTP/1.1 200", 12)) refused++;
            if (moment >= until) {
                waiting--;
                continue;
            }
            answers++;
            bytes += (long)(conn->got - conn->head);
            ask(conn);
        }
    }
    printf("{\"answers\": %ld, \"refused\": %ld, \"seconds\": %.6f, \"body\": %ld}\n", answers, refused,
           seconds, answers ? bytes / answers : 0);
}

static int rising(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Count the events that begin in these bytes. */
static int events_in(Conn *conn, const char *bytes, size_t size) {
    static const char mark[] = "\ndata: ";
    int found = 0;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != mark[conn->matched]) conn->matched = bytes[i] == '\n';
        else if (++conn->matched == 7) conn->matched = 0, found++;
    }
    return found;
}

/* Whether a chunked stream has ended with these bytes. */
static int ended(Conn *conn, const char *bytes, size_t size) {
    size_t keep = size < 5 ? 5 - size : 0;
    memmove(conn->last, conn->last + 5 - keep, keep);
    memcpy(conn->last + keep, bytes + size - (5 - keep), 5 - keep);
    return !memcmp(conn->last, "0\r\n\r\n", 5);
}

static void paced(double spread, double first, double step, int before, int chunks, int after) {
    static char bytes[BUFFER];
    struct epoll_event events[BATCH];
    double *late = calloc((size_t)count * (size_t)chunks, sizeof *late);
    long judged = 0;
    int sent = 0, done = 0, broken = 0;
    puts("ready");
    fflush(stdout);
    if (getchar() == EOF) exit(1);
    double began = now(), until = began + spread + first + step * chunks + GRACE;
    while (done < count && now() < until) {
        for (; sent < count && now() >= began + spread * sent / count; sent++) ask(&conns[sent]);
        int ready = epoll_wait(epoll, events, BATCH, sent < count ? 1 : 100);
        for (int i = 0; i < ready; i++) {
            Conn *conn = events[i].data.ptr;
            ssize_t size = read(conn->fd, bytes, sizeof bytes);
            double moment = now();
            if (size <= 0) die("the server hung up");
            for (int new = events_in(conn, bytes, (size_t)size); new > 0; new--) {
                int k = conn->seen++ - before;
                if (k >= 0 && k < chunks) late[judged++] = moment - (conn->sent + first + step * k);
            }
            if (!conn->done && ended(conn, bytes, (size_t)size)) conn->done = 1, done++;
        }
    }
    double seconds = now() - began;
    for (int i = 0; i < count; i++) broken += !conns[i].done || conns[i].seen != before + chunks + after;
    qsort(late, (size_t)judged, sizeof *late, rising);
    double p50 = judged ? late[judged / 2] : 0, p99 = judged ? late[judged * 99 / 100] : 0;
    printf("{\"chunks\": %ld, \"broken\": %d, \"seconds\": %.6f, \"p50\": %.6f, \"p99\": %.6f, \"max\": %.6f}\n", judged,
           broken, seconds, p50, p99, judged ? late[judged - 1] : 0);
}

int main(int given, char **arg) {
    if (given == 6 && !strcmp(arg[1], "load")) {
        count = atoi(arg[3]);
        read_request(arg[5]);
        open_all(atoi(arg[2]));
        load(atof(arg[4]));
    } else if (given == 11 && !strcmp(arg[1], "paced")) {
        count = atoi(arg[3]);
        read_request(arg[10]);
        open_all(atoi(arg[2]));
        paced(atof(arg[4]) / 1e3, atof(arg[5]) / 1e3, atof(arg[6]) / 1e3, atoi(arg[7]), atoi(arg[8]), atoi(arg[9]));
    } else {
        fputs("usage: see the head of client.c\n", stderr);
        return 2;
    }
    return 0;
}
