/* Write Waxseal plugins in C.
 *
 * A plugin says who it is with WAXSEAL_PLUGIN and defines the functions of the stages it wants; the
 * rest of this file are helpers. Everything that is named wit_… comes from the interface itself
 * (wit.h, generated for the world of the plugin) and can be used as well.
 *
 * Memory. What the server gives a stage is freed when the stage returns. What a helper answers as
 * `char *` belongs to the plugin: free() it; it ends with a NUL that `length` does not count. All
 * helpers copy what they are given. When memory is out, the call ends (a trap), and the policy that
 * the administrator set for the plugin answers for it.
 *
 * No function of the C library may be used that needs a system: files, standard output, environment.
 */
#ifndef WAXSEAL_H
#define WAXSEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wit.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The plugin ---------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    const char *version;
    const char *const *stages; /* NULL at the end */
} waxseal_about;

/* Who the plugin is and which stages it wants, for example:
 *
 *     WAXSEAL_PLUGIN("no-empty-subject", "1.0.0", "headers")
 *
 * Once in each plugin. Storage plugins name no stage. */
#define WAXSEAL_PLUGIN(name, version, ...)                                         \
    static const char *const waxseal_stages_[] = {__VA_ARGS__ __VA_OPT__(, ) NULL}; \
    const waxseal_about waxseal_plugin = {name, version, waxseal_stages_};

extern const waxseal_about waxseal_plugin;

/* Why something did not work. Returns false, so that a stage ends with
 * `return waxseal_fail(error, "no-words", "no words are configured", false);` */
bool waxseal_fail(wit_plugin_error_t *error, const char *code, const char *message, bool retryable);

/* Called on every new instance before its first stage. Answers false after waxseal_fail. This and
 * every other function of a plugin may be left out. */
bool waxseal_configure(wit_plugin_error_t *error);

#ifdef WIT_HAS_FILTER_HOOKS
/* The stages of a session. `outcome` begins as "no opinion" and is filled by the helpers below. True
 * says that it counts, false that `error` does (waxseal_fail). */
bool waxseal_on_connect(wit_outcome_t *outcome, wit_plugin_error_t *error);
bool waxseal_on_helo(const char *name, wit_outcome_t *outcome, wit_plugin_error_t *error);
bool waxseal_on_auth(const char *user, const char *mechanism, bool success,
                     wit_outcome_t *outcome, wit_plugin_error_t *error);
bool waxseal_on_mail(const char *sender, const wit_param_t *params, size_t count,
                     wit_outcome_t *outcome, wit_plugin_error_t *error);
bool waxseal_on_rcpt(const char *recipient, const wit_param_t *params, size_t count,
                     wit_outcome_t *outcome, wit_plugin_error_t *error);
bool waxseal_on_headers(wit_outcome_t *outcome, wit_plugin_error_t *error);
bool waxseal_on_message(wit_outcome_t *outcome, wit_plugin_error_t *error);
void waxseal_on_disconnect(void);
#endif

#ifdef WIT_HAS_MAILBOX_HOOKS
/* A user moved a message. */
bool waxseal_on_moved(const exports_wit_mailbox_hooks_moved_t *event, wit_plugin_error_t *error);
#endif

#ifdef WIT_HAS_DELIVERY_HOOKS
typedef exports_wit_delivery_hooks_list_action_t waxseal_actions;
typedef exports_wit_delivery_hooks_transport_result_t waxseal_delivery;

/* Where the message goes for this recipient; no action is no opinion. */
bool waxseal_route(const char *recipient, waxseal_actions *actions, wit_plugin_error_t *error);
/* Takes the message to the recipient; one of the waxseal_delivery_… helpers says what came of it. */
bool waxseal_deliver(const char *recipient, uint32_t attempt, waxseal_delivery *delivery,
                     wit_plugin_error_t *error);

void waxseal_as_planned(waxseal_actions *actions);
/* Appends to a mailbox; NULL for the account of the recipient, and for the mailbox as planned.
 * `flags` are separated by spaces, NULL for none. */
void waxseal_keep(waxseal_actions *actions, const char *address, const char *mailbox,
                  const char *flags);
void waxseal_forward(waxseal_actions *actions, const char *address);
void waxseal_respond(waxseal_actions *actions, const char *sender, const char *recipient,
                     const void *message, size_t length);
void waxseal_bounce(waxseal_actions *actions, uint16_t code, const char *enhanced,
                    const char *text);
void waxseal_drop(waxseal_actions *actions);
void waxseal_transport(waxseal_actions *actions, const char *plugin);
void waxseal_retry_after(waxseal_actions *actions, uint32_t seconds);

/* `text` is for the trace; NULL for none. */
void waxseal_delivery_done(waxseal_delivery *delivery, const char *text);
void waxseal_delivery_failed(waxseal_delivery *delivery, uint16_t code, const char *enhanced,
                             const char *text);
void waxseal_delivery_later(waxseal_delivery *delivery, uint16_t code, const char *enhanced,
                            const char *text);
#endif

#if defined(WIT_HAS_STORAGE_HOOKS) || defined(WIT_HAS_STORAGE_BACKEND)
/* Attributes that are kept beside a blob. */
typedef wit_list_tuple2_string_string_t waxseal_attributes;
void waxseal_attribute(waxseal_attributes *attributes, const char *key, const char *value);
/* An attribute of the blob, or NULL; belongs to the plugin. */
char *waxseal_attribute_of(const wit_blob_meta_t *meta, const char *key);

/* The next octets of the blob: fills `into` up to `max`, or less at the end; 0 after it. */
size_t waxseal_read(void *into, size_t max);
/* Gives octets out. */
void waxseal_write(const void *octets, size_t length);
#endif

#ifdef WIT_HAS_STORAGE_HOOKS
bool waxseal_encode(const wit_blob_meta_t *meta, waxseal_attributes *attributes,
                    wit_plugin_error_t *error);
bool waxseal_decode(const wit_blob_meta_t *meta, wit_plugin_error_t *error);
#endif

#ifdef WIT_HAS_STORAGE_BACKEND
/* Keeps the blob and answers under which key, allocated by malloc. */
bool waxseal_keep_blob(const wit_blob_meta_t *meta, char **key, wit_plugin_error_t *error);
bool waxseal_fetch_blob(const char *key, wit_plugin_error_t *error);
bool waxseal_forget_blob(const char *key, wit_plugin_error_t *error);
#endif

/* ---- The outcome of a stage ---------------------------------------------------------------- */

#ifdef WIT_HAS_FILTER_HOOKS
/* Verdicts: the last one counts. Codes are 500 to 559 to reject and 400 to 459 to defer. */
void waxseal_accept(wit_outcome_t *outcome);
void waxseal_reject(wit_outcome_t *outcome, uint16_t code, const char *enhanced, const char *text);
void waxseal_defer(wit_outcome_t *outcome, uint16_t code, const char *enhanced, const char *text);
void waxseal_discard(wit_outcome_t *outcome);
void waxseal_quarantine(wit_outcome_t *outcome, const char *why);
void waxseal_hold(wit_outcome_t *outcome, const char *why);

/* Edits, made in order. */
void waxseal_add_header(wit_outcome_t *outcome, const char *name, const char *value);
void waxseal_insert_header(wit_outcome_t *outcome, uint32_t position, const char *name,
                           const char *value);
void waxseal_replace_header(wit_outcome_t *outcome, const char *name, uint32_t number,
                            const char *value);
void waxseal_remove_header(wit_outcome_t *outcome, const char *name);
void waxseal_add_recipient(wit_outcome_t *outcome, const char *address);
void waxseal_remove_recipient(wit_outcome_t *outcome, const char *address);
void waxseal_set_sender(wit_outcome_t *outcome, const char *address);
void waxseal_add_tag(wit_outcome_t *outcome, const char *tag);

/* A weight; `note` may be NULL. */
void waxseal_score(wit_outcome_t *outcome, const char *symbol, float points, const char *note);
#endif

/* ---- Texts --------------------------------------------------------------------------------- */

/* A text that grows. Begins as `waxseal_buffer b = {0};`; free(b.ptr) at the end. `ptr` ends with a
 * NUL once something was put. */
typedef struct {
    char *ptr;
    size_t length;
    size_t capacity;
} waxseal_buffer;

void waxseal_put(waxseal_buffer *buffer, const char *text);
void waxseal_put_octets(waxseal_buffer *buffer, const void *octets, size_t length);
void waxseal_put_number(waxseal_buffer *buffer, int64_t number);

/* malloc and realloc that never answer NULL. */
void *waxseal_allocate(size_t size);
void *waxseal_reallocate(void *memory, size_t size);

/* A view of a text; nothing is copied. */
static inline wit_string_t waxseal_view(const char *text) {
    wit_string_t view = {(uint8_t *)text, strlen(text)};
    return view;
}
/* A copy that belongs to whom it is given. */
wit_string_t waxseal_copy(const char *text);
wit_option_string_t waxseal_copy_option(const char *text); /* NULL is none */
/* The text of a wit_string_t, ending with a NUL; belongs to the plugin. */
char *waxseal_text(const wit_string_t *string);
/* The same, but takes the memory of `string` with it. */
char *waxseal_take(wit_string_t *string);
char *waxseal_take_octets(wit_list_u8_t *octets, size_t *length);

/* Without regard to ASCII case. `length` octets, which may hold NUL. */
bool waxseal_contains(const char *text, size_t length, const char *needle);
bool waxseal_same(const char *one, const char *other);
/* Makes ASCII letters small, in place. */
void waxseal_lower(char *text);

/* ---- The server ---------------------------------------------------------------------------- */

/* A line in the log, with pairs of key and value:
 * `waxseal_info("refused", "word", word, "sender", sender);` */
#define waxseal_trace(...) waxseal_log(WIT_LOG_LEVEL_TRACE, __VA_ARGS__, (const char *)NULL)
#define waxseal_debug(...) waxseal_log(WIT_LOG_LEVEL_DEBUG, __VA_ARGS__, (const char *)NULL)
#define waxseal_info(...) waxseal_log(WIT_LOG_LEVEL_INFO, __VA_ARGS__, (const char *)NULL)
#define waxseal_warn(...) waxseal_log(WIT_LOG_LEVEL_WARN, __VA_ARGS__, (const char *)NULL)
#define waxseal_error(...) waxseal_log(WIT_LOG_LEVEL_ERROR, __VA_ARGS__, (const char *)NULL)
void waxseal_log(wit_log_level_t level, const char *message, ... /* pairs, NULL */);

/* Adds to a counter, sets a gauge, adds to a histogram, with labels as pairs:
 * `waxseal_count(1, "words", "place", "subject");` */
#define waxseal_count(by, ...) waxseal_counter(by, __VA_ARGS__, (const char *)NULL)
#define waxseal_gauge(value, ...) waxseal_figure(false, value, __VA_ARGS__, (const char *)NULL)
#define waxseal_observe(value, ...) waxseal_figure(true, value, __VA_ARGS__, (const char *)NULL)
void waxseal_counter(uint32_t by, const char *name, ... /* pairs, NULL */);
void waxseal_figure(bool histogram, double value, const char *name, ... /* pairs, NULL */);

/* A value of [plugin.config]: text as it is, anything else as JSON; NULL where there is none. */
char *waxseal_config(const char *key);
/* A secret; NULL where there is none, or none is granted. */
char *waxseal_secret(const char *name);

#ifdef WIT_HAS_TRANSACTION
/* The reverse-path; empty for the null reverse-path. */
char *waxseal_sender(void);
/* The octets of the first field of that name, folds included; NULL where there is none. `length` may
 * be NULL here and below. */
char *waxseal_header(const char *name, size_t *length);
/* Octets of the body from `offset` on: fills `into` up to `max`, or less at the end. */
size_t waxseal_body(uint32_t offset, void *into, size_t max);
#endif

#ifdef WIT_HAS_NOTES
/* A note that this plugin left at the message; NULL where there is none. */
char *waxseal_note(const char *key);
void waxseal_set_note(const char *key, const char *value);
#endif

#ifdef WIT_HAS_MIME
/* The text of a part; NULL for a part that is none. */
char *waxseal_part_text(uint32_t index, uint32_t max, size_t *length);
/* Which of the needles the text of a part holds: `found` has room for `count` answers. */
void waxseal_find(uint32_t index, const char *const *needles, size_t count, bool *found);
#endif

/* What came of asking for something that may not be granted, not work, or not be there. */
typedef enum {
    WAXSEAL_OK,
    WAXSEAL_NONE,        /* kv: no such key. dns: no such name, or no record of this kind. */
    WAXSEAL_DENIED,      /* not granted */
    WAXSEAL_QUOTA,       /* kv: past the granted octets */
    WAXSEAL_TOO_LARGE,   /* a key, value or body past its limit */
    WAXSEAL_UNAVAILABLE, /* the store, the name servers or the connection failed */
    WAXSEAL_TIMEOUT,     /* no answer in time */
    WAXSEAL_BUDGET,      /* past the number of questions a message */
    WAXSEAL_FORGED,      /* aead: not sealed with this key, context, nonce and associated data */
    WAXSEAL_MALFORMED,   /* aead: a bad nonce, or too long */
} waxseal_status;
/* For the log: "denied". */
const char *waxseal_status_name(waxseal_status status);

#ifdef WIT_HAS_KV
/* Keys and values; `ttl` in seconds, 0 for ever. `value`, `length` and `sum` may be NULL. */
waxseal_status waxseal_kv_get(const char *key, char **value, size_t *length);
waxseal_status waxseal_kv_set(const char *key, const void *value, size_t length, uint32_t ttl);
waxseal_status waxseal_kv_delete(const char *key);
waxseal_status waxseal_kv_incr(const char *key, int32_t by, uint32_t ttl, int32_t *sum);
#endif

#ifdef WIT_HAS_DNS
/* After WAXSEAL_OK, wit_dns_answer_free(answer). */
waxseal_status waxseal_dns(const char *name, wit_dns_kind_t kind, wit_dns_answer_t *answer);
#endif

#ifdef WIT_HAS_HTTP
/* `fields` are pairs of name and value with NULL at the end, or NULL; `timeout` in milliseconds, 0
 * for 5,000. After WAXSEAL_OK, wit_http_response_free(response). */
typedef struct {
    const char *method;
    const char *url;
    const char *const *fields;
    const void *body;
    size_t length;
    uint32_t timeout;
} waxseal_request;
waxseal_status waxseal_http(const waxseal_request *request, wit_http_response_t *response);
#endif

#ifdef WIT_HAS_AEAD
/* At most 1 MiB each; `nonce` has 24 octets. What is answered belongs to the plugin. */
typedef struct {
    const char *key;
    const char *context;
    const uint8_t *nonce;
    const void *associated;
    size_t associated_length;
} waxseal_seal_key;
waxseal_status waxseal_seal(const waxseal_seal_key *key, const void *plain, size_t length,
                            wit_list_u8_t *sealed);
waxseal_status waxseal_open(const waxseal_seal_key *key, const void *sealed, size_t length,
                            wit_list_u8_t *plain);
#endif

#ifdef __cplusplus
}
#endif
#endif
