/*
 * metrics.h - the numbers of the daemon, read once and shown twice: in the
 * reply of `status` and as Prometheus text. Private to engine/server.
 *
 * Any thread. Reading takes atomics, the queues' mutexes for their depths, the
 * image lock for two pointers and a read transaction of the store; it never
 * waits for work that is under way.
 */
#ifndef INC_SERVER_METRICS_H
#define INC_SERVER_METRICS_H

#include "engine/server/desk.h"

enum inc_metric {
#define INC_X(id, kind, unit, status, help) INC_METRIC_##id,
#include "engine/server/metrics.def"
#undef INC_X
    INC_METRICS
};

enum inc_metric_kind {
    INC_METRIC_COUNTER,
    INC_METRIC_GAUGE,
    INC_METRIC_HISTOGRAM,
    INC_METRIC_INFO
};
enum inc_metric_unit {
    INC_METRIC_ONE,
    INC_METRIC_BYTES,
    INC_METRIC_SECONDS /* kept in microseconds */
};

struct inc_metric_about {
    const char *id, *status, *help;
    enum inc_metric_kind kind;
    enum inc_metric_unit unit;
};
extern const struct inc_metric_about inc_metrics[INC_METRICS];

enum { INC_METRIC_NAME = 64 };
/* The exported name, such as incrocio_commit_seconds. */
void inc_metric_name(char out[INC_METRIC_NAME], enum inc_metric m);

/* Everything at about one moment. Views the desk: use it at once. */
struct inc_readings {
    const struct inc_desk *desk;
    uint64_t value[INC_METRICS];                  /* COUNTER, GAUGE */
    const struct inc_spread *spread[INC_METRICS]; /* HISTOGRAM without labels */
    struct inc_store_info store;
    int store_read; /* 0: the store did not answer, its values are not there */
};

/* `image` is borrowed for the call. INC_E_... of the store's view: everything
 * but the store's values is there all the same. */
enum inc_status inc_metrics_read(struct inc_readings *out, struct inc_desk *d,
                                 const struct inc_image *image,
                                 struct inc_err *err);

/* Answers with this code, whatever the operation. */
uint64_t inc_metrics_answers(const struct inc_meter *m, int status);

/* --- metrics_text.c ------------------------------------------------------- */

/* Prometheus text, version 0.0.4. out->failed without memory. */
void inc_metrics_text(struct inc_buf *out, const struct inc_readings *r);

/* A label's value with backslash, quote and line feed escaped. */
void inc_metrics_escape(struct inc_buf *out, const char *value);

/* One histogram, cumulative; labels "" or `op="ping"`. */
void inc_metrics_spread(struct inc_buf *out, enum inc_metric m,
                        const char *labels, const struct inc_spread *s);

/* The table of docs/metrics.md. */
void inc_metrics_table(struct inc_buf *out);

#endif
