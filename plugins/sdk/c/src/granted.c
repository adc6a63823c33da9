/* What an administrator grants: keys and values, the DNS, HTTP, keys. */
#include "waxseal.h"

const char *waxseal_status_name(waxseal_status status) {
    static const char *const names[] = {"ok",          "none",    "denied", "quota",  "too-large",
                                        "unavailable", "timeout", "budget", "forged", "malformed"};
    return names[status];
}

#ifdef WIT_HAS_KV
static waxseal_status kv_status(wit_kv_error_t *error) {
    static const waxseal_status of[] = {
        [WIT_KV_ERROR_DENIED] = WAXSEAL_DENIED,
        [WIT_KV_ERROR_QUOTA] = WAXSEAL_QUOTA,
        [WIT_KV_ERROR_TOO_LARGE] = WAXSEAL_TOO_LARGE,
        [WIT_KV_ERROR_UNAVAILABLE] = WAXSEAL_UNAVAILABLE,
    };
    waxseal_status status = of[error->tag];
    wit_kv_error_free(error);
    return status;
}

waxseal_status waxseal_kv_get(const char *key, char **value, size_t *length) {
    wit_string_t name = waxseal_view(key);
    wit_option_list_u8_t found;
    wit_kv_error_t error;
    if (!wit_kv_get(&name, &found, &error)) {
        return kv_status(&error);
    }
    if (!found.is_some) {
        return WAXSEAL_NONE;
    }
    char *text = waxseal_take_octets(&found.val, length);
    if (value != NULL) {
        *value = text;
    } else {
        free(text);
    }
    return WAXSEAL_OK;
}

waxseal_status waxseal_kv_set(const char *key, const void *value, size_t length, uint32_t ttl) {
    wit_string_t name = waxseal_view(key);
    wit_list_u8_t octets = {(uint8_t *)value, length};
    wit_kv_error_t error;
    bool good = wit_kv_set(&name, &octets, ttl == 0 ? NULL : &ttl, &error);
    return good ? WAXSEAL_OK : kv_status(&error);
}

waxseal_status waxseal_kv_delete(const char *key) {
    wit_string_t name = waxseal_view(key);
    wit_kv_error_t error;
    return wit_kv_delete(&name, &error) ? WAXSEAL_OK : kv_status(&error);
}

waxseal_status waxseal_kv_incr(const char *key, int32_t by, uint32_t ttl, int32_t *sum) {
    wit_string_t name = waxseal_view(key);
    int32_t answer;
    wit_kv_error_t error;
    if (!wit_kv_incr(&name, by, ttl == 0 ? NULL : &ttl, &answer, &error)) {
        return kv_status(&error);
    }
    if (sum != NULL) {
        *sum = answer;
    }
    return WAXSEAL_OK;
}
#endif

#ifdef WIT_HAS_DNS
waxseal_status waxseal_dns(const char *name, wit_dns_kind_t kind, wit_dns_answer_t *answer) {
    static const waxseal_status of[] = {
        [WIT_DNS_ERROR_DENIED] = WAXSEAL_DENIED,       [WIT_DNS_ERROR_NXDOMAIN] = WAXSEAL_NONE,
        [WIT_DNS_ERROR_NO_DATA] = WAXSEAL_NONE,        [WIT_DNS_ERROR_SERVFAIL] = WAXSEAL_UNAVAILABLE,
        [WIT_DNS_ERROR_TIMEOUT] = WAXSEAL_TIMEOUT,     [WIT_DNS_ERROR_BUDGET] = WAXSEAL_BUDGET,
    };
    wit_string_t view = waxseal_view(name);
    wit_dns_error_t error;
    return wit_dns_resolve(&view, kind, answer, &error) ? WAXSEAL_OK : of[error.tag];
}
#endif

#ifdef WIT_HAS_HTTP
waxseal_status waxseal_http(const waxseal_request *request, wit_http_response_t *response) {
    static const waxseal_status of[] = {
        [WIT_HTTP_ERROR_DENIED] = WAXSEAL_DENIED,
        [WIT_HTTP_ERROR_TIMEOUT] = WAXSEAL_TIMEOUT,
        [WIT_HTTP_ERROR_TOO_LARGE] = WAXSEAL_TOO_LARGE,
        [WIT_HTTP_ERROR_BUDGET] = WAXSEAL_BUDGET,
        [WIT_HTTP_ERROR_TRANSPORT] = WAXSEAL_UNAVAILABLE,
    };
    wit_list_tuple2_string_string_t fields = {0};
    const char *const *field = request->fields;
    while (field != NULL && field[0] != NULL && field[1] != NULL) {
        fields.ptr = waxseal_reallocate(fields.ptr, (fields.len + 1) * sizeof *fields.ptr);
        fields.ptr[fields.len].f0 = waxseal_view(field[0]);
        fields.ptr[fields.len].f1 = waxseal_view(field[1]);
        fields.len++;
        field += 2;
    }
    wit_http_request_t sent = {
        .method = waxseal_view(request->method),
        .url = waxseal_view(request->url),
        .headers = fields,
        .body = {(uint8_t *)request->body, request->length},
        .timeout_ms = request->timeout,
    };
    wit_http_error_t error;
    bool good = wit_http_send(&sent, response, &error);
    free(fields.ptr);
    if (good) {
        return WAXSEAL_OK;
    }
    waxseal_status status = of[error.tag];
    wit_http_error_free(&error);
    return status;
}
#endif

#ifdef WIT_HAS_AEAD
typedef bool operation(wit_string_t *, wit_string_t *, wit_list_u8_t *, wit_list_u8_t *,
                       wit_list_u8_t *, wit_list_u8_t *, wit_aead_error_t *);

static waxseal_status crypt(operation *run, const waxseal_seal_key *key, const void *octets,
                            size_t length, wit_list_u8_t *answer) {
    static const waxseal_status of[] = {
        [WIT_AEAD_ERROR_DENIED] = WAXSEAL_DENIED,
        [WIT_AEAD_ERROR_NO_SUCH_KEY] = WAXSEAL_NONE,
        [WIT_AEAD_ERROR_FORGED] = WAXSEAL_FORGED,
        [WIT_AEAD_ERROR_MALFORMED] = WAXSEAL_MALFORMED,
    };
    wit_string_t name = waxseal_view(key->key), context = waxseal_view(key->context);
    wit_list_u8_t nonce = {(uint8_t *)key->nonce, 24};
    wit_list_u8_t associated = {(uint8_t *)key->associated, key->associated_length};
    wit_list_u8_t given = {(uint8_t *)octets, length};
    wit_aead_error_t error;
    bool good = run(&name, &context, &nonce, &associated, &given, answer, &error);
    return good ? WAXSEAL_OK : of[error.tag];
}

waxseal_status waxseal_seal(const waxseal_seal_key *key, const void *plain, size_t length,
                            wit_list_u8_t *sealed) {
    return crypt(wit_aead_seal, key, plain, length, sealed);
}

waxseal_status waxseal_open(const waxseal_seal_key *key, const void *sealed, size_t length,
                            wit_list_u8_t *plain) {
    return crypt(wit_aead_open, key, sealed, length, plain);
}
#endif
