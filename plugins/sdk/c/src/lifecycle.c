/* Between the exports that every plugin has and the functions of waxseal.h. */
#include "waxseal.h"

__attribute__((weak)) bool waxseal_configure(wit_plugin_error_t *error) {
    (void)error;
    return true;
}

bool waxseal_fail(wit_plugin_error_t *error, const char *code, const char *message,
                  bool retryable) {
    error->code = waxseal_copy(code);
    error->message = waxseal_copy(message);
    error->retryable = retryable;
    return false;
}

void exports_wit_lifecycle_describe(exports_wit_lifecycle_about_t *about) {
    size_t count = 0;
    while (waxseal_plugin.stages[count] != NULL) {
        count++;
    }
    about->name = waxseal_copy(waxseal_plugin.name);
    about->version = waxseal_copy(waxseal_plugin.version);
    about->stages.ptr = waxseal_allocate(count * sizeof(wit_string_t));
    about->stages.len = count;
    for (size_t i = 0; i < count; i++) {
        about->stages.ptr[i] = waxseal_copy(waxseal_plugin.stages[i]);
    }
}

bool exports_wit_lifecycle_configure(exports_wit_lifecycle_plugin_error_t *error) {
    return waxseal_configure(error);
}
