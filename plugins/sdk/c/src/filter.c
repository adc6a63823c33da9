/* Between the exports of a filter or learner and the functions of waxseal.h: arguments are freed
 * here, stages that a plugin does not define have no opinion. */
#include "waxseal.h"

#ifdef WIT_HAS_FILTER_HOOKS

#define NO_OPINION(arguments)                                   \
    __attribute__((weak)) bool arguments {                      \
        (void)outcome;                                          \
        (void)error;                                            \
        return true;                                            \
    }

NO_OPINION(waxseal_on_connect(wit_outcome_t *outcome, wit_plugin_error_t *error))
NO_OPINION(waxseal_on_helo(const char *name __attribute__((unused)), wit_outcome_t *outcome,
                           wit_plugin_error_t *error))
NO_OPINION(waxseal_on_auth(const char *user __attribute__((unused)),
                           const char *mechanism __attribute__((unused)),
                           bool success __attribute__((unused)), wit_outcome_t *outcome,
                           wit_plugin_error_t *error))
NO_OPINION(waxseal_on_mail(const char *sender __attribute__((unused)),
                           const wit_param_t *params __attribute__((unused)),
                           size_t count __attribute__((unused)), wit_outcome_t *outcome,
                           wit_plugin_error_t *error))
NO_OPINION(waxseal_on_rcpt(const char *recipient __attribute__((unused)),
                           const wit_param_t *params __attribute__((unused)),
                           size_t count __attribute__((unused)), wit_outcome_t *outcome,
                           wit_plugin_error_t *error))
NO_OPINION(waxseal_on_headers(wit_outcome_t *outcome, wit_plugin_error_t *error))
NO_OPINION(waxseal_on_message(wit_outcome_t *outcome, wit_plugin_error_t *error))
__attribute__((weak)) void waxseal_on_disconnect(void) {}

/* After a failure nobody reads the outcome, nor frees it. */
static bool ended(bool good, wit_outcome_t *outcome) {
    if (!good) {
        wit_outcome_free(outcome);
    }
    return good;
}

static void begin(wit_outcome_t *outcome) { memset(outcome, 0, sizeof *outcome); }

bool exports_wit_filter_hooks_on_connect(exports_wit_filter_hooks_outcome_t *outcome,
                                         exports_wit_filter_hooks_plugin_error_t *error) {
    begin(outcome);
    return ended(waxseal_on_connect(outcome, error), outcome);
}

bool exports_wit_filter_hooks_on_helo(wit_string_t *name,
                                      exports_wit_filter_hooks_outcome_t *outcome,
                                      exports_wit_filter_hooks_plugin_error_t *error) {
    begin(outcome);
    char *text = waxseal_take(name);
    bool good = waxseal_on_helo(text, outcome, error);
    free(text);
    return ended(good, outcome);
}

bool exports_wit_filter_hooks_on_auth(wit_string_t *user, wit_string_t *mechanism, bool success,
                                      exports_wit_filter_hooks_outcome_t *outcome,
                                      exports_wit_filter_hooks_plugin_error_t *error) {
    begin(outcome);
    char *who = waxseal_take(user);
    char *how = waxseal_take(mechanism);
    bool good = waxseal_on_auth(who, how, success, outcome, error);
    free(who);
    free(how);
    return ended(good, outcome);
}

bool exports_wit_filter_hooks_on_mail(wit_string_t *sender,
                                      exports_wit_filter_hooks_list_param_t *params,
                                      exports_wit_filter_hooks_outcome_t *outcome,
                                      exports_wit_filter_hooks_plugin_error_t *error) {
    begin(outcome);
    char *text = waxseal_take(sender);
    bool good = waxseal_on_mail(text, params->ptr, params->len, outcome, error);
    free(text);
    exports_wit_filter_hooks_list_param_free(params);
    return ended(good, outcome);
}

bool exports_wit_filter_hooks_on_rcpt(wit_string_t *recipient,
                                      exports_wit_filter_hooks_list_param_t *params,
                                      exports_wit_filter_hooks_outcome_t *outcome,
                                      exports_wit_filter_hooks_plugin_error_t *error) {
    begin(outcome);
    char *text = waxseal_take(recipient);
    bool good = waxseal_on_rcpt(text, params->ptr, params->len, outcome, error);
    free(text);
    exports_wit_filter_hooks_list_param_free(params);
    return ended(good, outcome);
}

bool exports_wit_filter_hooks_on_headers(exports_wit_filter_hooks_outcome_t *outcome,
                                         exports_wit_filter_hooks_plugin_error_t *error) {
    begin(outcome);
    return ended(waxseal_on_headers(outcome, error), outcome);
}

bool exports_wit_filter_hooks_on_message(exports_wit_filter_hooks_outcome_t *outcome,
                                         exports_wit_filter_hooks_plugin_error_t *error) {
    begin(outcome);
    return ended(waxseal_on_message(outcome, error), outcome);
}

void exports_wit_filter_hooks_on_disconnect(void) { waxseal_on_disconnect(); }

#endif

#ifdef WIT_HAS_MAILBOX_HOOKS

__attribute__((weak)) bool waxseal_on_moved(const exports_wit_mailbox_hooks_moved_t *event,
                                            wit_plugin_error_t *error) {
    (void)event;
    (void)error;
    return true;
}

bool exports_wit_mailbox_hooks_on_moved(exports_wit_mailbox_hooks_moved_t *event,
                                        exports_wit_mailbox_hooks_plugin_error_t *error) {
    bool good = waxseal_on_moved(event, error);
    exports_wit_mailbox_hooks_moved_free(event);
    return good;
}

#endif
