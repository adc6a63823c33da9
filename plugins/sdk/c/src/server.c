/* What every plugin, or every plugin that sees messages, asks of the server. */
#include <stdarg.h>

#include "waxseal.h"

/* Views of pairs, up to NULL; free() the list, not the texts. */
static wit_list_tuple2_string_string_t pairs(va_list arguments) {
    wit_list_tuple2_string_string_t list = {0};
    const char *key;
    while ((key = va_arg(arguments, const char *)) != NULL) {
        const char *value = va_arg(arguments, const char *);
        list.ptr = waxseal_reallocate(list.ptr, (list.len + 1) * sizeof *list.ptr);
        list.ptr[list.len].f0 = waxseal_view(key);
        list.ptr[list.len].f1 = waxseal_view(value == NULL ? "" : value);
        list.len++;
        if (value == NULL) {
            break;
        }
    }
    return list;
}

void waxseal_log(wit_log_level_t level, const char *message, ...) {
    va_list arguments;
    va_start(arguments, message);
    wit_list_tuple2_string_string_t fields = pairs(arguments);
    va_end(arguments);
    wit_string_t text = waxseal_view(message);
    wit_log_write(level, &text, &fields);
    free(fields.ptr);
}

void waxseal_counter(uint32_t by, const char *name, ...) {
    va_list arguments;
    va_start(arguments, name);
    wit_list_tuple2_string_string_t labels = pairs(arguments);
    va_end(arguments);
    wit_string_t text = waxseal_view(name);
    wit_metrics_counter_add(&text, by, &labels);
    free(labels.ptr);
}

void waxseal_figure(bool histogram, double value, const char *name, ...) {
    va_list arguments;
    va_start(arguments, name);
    wit_list_tuple2_string_string_t labels = pairs(arguments);
    va_end(arguments);
    wit_string_t text = waxseal_view(name);
    if (histogram) {
        wit_metrics_observe(&text, value, &labels);
    } else {
        wit_metrics_gauge_set(&text, value, &labels);
    }
    free(labels.ptr);
}

char *waxseal_config(const char *key) {
    wit_string_t name = waxseal_view(key), value;
    return wit_config_get(&name, &value) ? waxseal_take(&value) : NULL;
}

char *waxseal_secret(const char *name) {
    wit_string_t view = waxseal_view(name), value;
    return wit_config_secret(&view, &value) ? waxseal_take(&value) : NULL;
}

#ifdef WIT_HAS_TRANSACTION
char *waxseal_sender(void) {
    wit_string_t sender;
    wit_transaction_sender(&sender);
    return waxseal_take(&sender);
}

char *waxseal_header(const char *name, size_t *length) {
    wit_string_t view = waxseal_view(name);
    wit_list_u8_t value;
    return wit_transaction_get_header(&view, &value) ? waxseal_take_octets(&value, length) : NULL;
}

size_t waxseal_body(uint32_t offset, void *into, size_t max) {
    size_t filled = 0;
    while (filled < max) {
        wit_list_u8_t octets;
        wit_transaction_read_body(offset + (uint32_t)filled, (uint32_t)(max - filled), &octets);
        size_t length = octets.len;
        if (length == 0) {
            break;
        }
        memcpy((char *)into + filled, octets.ptr, length);
        free(octets.ptr);
        filled += length;
    }
    return filled;
}
#endif

#ifdef WIT_HAS_NOTES
char *waxseal_note(const char *key) {
    wit_string_t view = waxseal_view(key), value;
    return wit_notes_get(&view, &value) ? waxseal_take(&value) : NULL;
}

void waxseal_set_note(const char *key, const char *value) {
    wit_string_t name = waxseal_view(key), text = waxseal_view(value);
    wit_notes_set(&name, &text);
}
#endif

#ifdef WIT_HAS_MIME
char *waxseal_part_text(uint32_t index, uint32_t max, size_t *length) {
    wit_string_t text;
    if (!wit_mime_text(index, max, &text)) {
        return NULL;
    }
    if (length != NULL) {
        *length = text.len;
    }
    return waxseal_take(&text);
}

void waxseal_find(uint32_t index, const char *const *needles, size_t count, bool *found) {
    wit_list_string_t list = {waxseal_allocate(count * sizeof(wit_string_t)), count};
    for (size_t i = 0; i < count; i++) {
        list.ptr[i] = waxseal_view(needles[i]);
    }
    wit_list_bool_t answers;
    wit_mime_find(index, &list, &answers);
    for (size_t i = 0; i < count; i++) {
        found[i] = i < answers.len && answers.ptr[i];
    }
    wit_list_bool_free(&answers);
    free(list.ptr);
}
#endif
