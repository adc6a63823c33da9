/* Between the exports of storage plugins and holders and the functions of waxseal.h. A storage plugin
 * that leaves a function out would lose mail: these have no weak stand-ins. */
#include "waxseal.h"

#if defined(WIT_HAS_STORAGE_HOOKS) || defined(WIT_HAS_STORAGE_BACKEND)

void waxseal_attribute(waxseal_attributes *attributes, const char *key, const char *value) {
    size_t size = (attributes->len + 1) * sizeof *attributes->ptr;
    attributes->ptr = waxseal_reallocate(attributes->ptr, size);
    wit_tuple2_string_string_t pair = {waxseal_copy(key), waxseal_copy(value)};
    attributes->ptr[attributes->len++] = pair;
}

char *waxseal_attribute_of(const wit_blob_meta_t *meta, const char *key) {
    size_t length = strlen(key);
    for (size_t i = 0; i < meta->attributes.len; i++) {
        const wit_tuple2_string_string_t *pair = &meta->attributes.ptr[i];
        if (pair->f0.len == length && memcmp(pair->f0.ptr, key, length) == 0) {
            return waxseal_text(&pair->f1);
        }
    }
    return NULL;
}

size_t waxseal_read(void *into, size_t max) {
    size_t filled = 0;
    while (filled < max) {
        wit_list_u8_t octets;
        wit_blob_io_read((uint32_t)(max - filled), &octets);
        if (octets.len == 0) {
            break;
        }
        memcpy((char *)into + filled, octets.ptr, octets.len);
        filled += octets.len;
        free(octets.ptr);
    }
    return filled;
}

void waxseal_write(const void *octets, size_t length) {
    wit_list_u8_t list = {(uint8_t *)octets, length};
    wit_blob_io_write(&list);
}

#endif

#ifdef WIT_HAS_STORAGE_HOOKS

bool exports_wit_storage_hooks_encode(exports_wit_storage_hooks_blob_meta_t *meta,
                                      waxseal_attributes *attributes,
                                      exports_wit_storage_hooks_plugin_error_t *error) {
    memset(attributes, 0, sizeof *attributes);
    bool good = waxseal_encode(meta, attributes, error);
    if (!good) {
        wit_list_tuple2_string_string_free(attributes);
    }
    exports_wit_storage_hooks_blob_meta_free(meta);
    return good;
}

bool exports_wit_storage_hooks_decode(exports_wit_storage_hooks_blob_meta_t *meta,
                                      exports_wit_storage_hooks_plugin_error_t *error) {
    bool good = waxseal_decode(meta, error);
    exports_wit_storage_hooks_blob_meta_free(meta);
    return good;
}

#endif

#ifdef WIT_HAS_STORAGE_BACKEND

bool exports_wit_storage_backend_put(exports_wit_storage_backend_blob_meta_t *meta,
                                     wit_string_t *key,
                                     exports_wit_storage_backend_plugin_error_t *error) {
    char *text = NULL;
    bool good = waxseal_keep_blob(meta, &text, error);
    if (good) {
        *key = waxseal_copy(text == NULL ? "" : text);
    }
    free(text);
    exports_wit_storage_backend_blob_meta_free(meta);
    return good;
}

bool exports_wit_storage_backend_get(wit_string_t *key,
                                     exports_wit_storage_backend_plugin_error_t *error) {
    char *text = waxseal_take(key);
    bool good = waxseal_fetch_blob(text, error);
    free(text);
    return good;
}

bool exports_wit_storage_backend_delete(wit_string_t *key,
                                        exports_wit_storage_backend_plugin_error_t *error) {
    char *text = waxseal_take(key);
    bool good = waxseal_forget_blob(text, error);
    free(text);
    return good;
}

#endif
