/* Texts, views and memory. */
#include "waxseal.h"

void *waxseal_allocate(size_t size) { return waxseal_reallocate(NULL, size); }

void *waxseal_reallocate(void *memory, size_t size) {
    void *fresh = realloc(memory, size == 0 ? 1 : size);
    if (fresh == NULL) {
        __builtin_trap();
    }
    return fresh;
}

static char *ended(const void *octets, size_t length) {
    char *text = waxseal_allocate(length + 1);
    if (length > 0) {
        memcpy(text, octets, length);
    }
    text[length] = '\0';
    return text;
}

wit_string_t waxseal_copy(const char *text) {
    wit_string_t copy;
    wit_string_dup(&copy, text);
    return copy;
}

wit_option_string_t waxseal_copy_option(const char *text) {
    wit_option_string_t option = {0};
    if (text != NULL) {
        option.is_some = true;
        option.val = waxseal_copy(text);
    }
    return option;
}

char *waxseal_text(const wit_string_t *string) { return ended(string->ptr, string->len); }

char *waxseal_take(wit_string_t *string) {
    char *text = waxseal_text(string);
    wit_string_free(string);
    return text;
}

char *waxseal_take_octets(wit_list_u8_t *octets, size_t *length) {
    char *text = ended(octets->ptr, octets->len);
    if (length != NULL) {
        *length = octets->len;
    }
    if (octets->len > 0) {
        free(octets->ptr);
    }
    octets->ptr = NULL;
    octets->len = 0;
    return text;
}

static unsigned char small(unsigned char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; }

bool waxseal_contains(const char *text, size_t length, const char *needle) {
    size_t sought = strlen(needle);
    if (sought == 0) {
        return true;
    }
    for (size_t start = 0; sought <= length && start <= length - sought; start++) {
        size_t same = 0;
        while (same < sought &&
               small((unsigned char)text[start + same]) == small((unsigned char)needle[same])) {
            same++;
        }
        if (same == sought) {
            return true;
        }
    }
    return false;
}

bool waxseal_same(const char *one, const char *other) {
    size_t length = strlen(one);
    return length == strlen(other) && waxseal_contains(one, length, other);
}

void waxseal_lower(char *text) {
    for (; *text != '\0'; text++) {
        *text = (char)small((unsigned char)*text);
    }
}

void waxseal_put_octets(waxseal_buffer *buffer, const void *octets, size_t length) {
    size_t needed = buffer->length + length + 1;
    if (needed > buffer->capacity) {
        buffer->capacity = needed * 2;
        buffer->ptr = waxseal_reallocate(buffer->ptr, buffer->capacity);
    }
    if (length > 0) {
        memcpy(buffer->ptr + buffer->length, octets, length);
    }
    buffer->length += length;
    buffer->ptr[buffer->length] = '\0';
}

void waxseal_put(waxseal_buffer *buffer, const char *text) {
    waxseal_put_octets(buffer, text, strlen(text));
}

void waxseal_put_number(waxseal_buffer *buffer, int64_t number) {
    char digits[20];
    size_t start = sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        digits[--start] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0) {
        waxseal_put(buffer, "-");
    }
    waxseal_put_octets(buffer, digits + start, sizeof digits - start);
}
