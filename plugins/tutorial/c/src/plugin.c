/* subject-guard: judges messages by words in their subject and text. See ../../README.md. */
#include "waxseal.h"

WAXSEAL_PLUGIN("subject-guard", "1.0.0", "mail", "headers", "message")

/* How long a refused subject is remembered, in seconds. */
#define DAY 86400
/* From so many words on, subject and text together, a message is quarantined. */
#define ENOUGH 3
#define MOST_STRIKES 1000

typedef struct {
    char **words;
    size_t count;
} list;

/* What is configured, and what is known of the message at hand. */
static list reject, quarantine, tag, body;
static int32_t strikes;
static size_t subject_words;

/* The words of a value of the configuration, between commas. */
static list configured(const char *key) {
    list found = {0};
    char *text = waxseal_config(key);
    for (char *word = text; word != NULL;) {
        char *comma = strchr(word, ',');
        char *end = comma == NULL ? word + strlen(word) : comma;
        char *next = comma == NULL ? NULL : comma + 1;
        while (word < end && *word == ' ') {
            word++;
        }
        while (end > word && end[-1] == ' ') {
            end--;
        }
        *end = '\0';
        if (*word != '\0') {
            found.words = waxseal_reallocate(found.words, (found.count + 1) * sizeof *found.words);
            found.words[found.count++] = word;
        }
        word = next;
    }
    return found; /* The words stay in `text`, as long as the session. */
}

static bool number(const char *text, int32_t *value) {
    *value = 0;
    for (const char *digit = text; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9' || *value > MOST_STRIKES) {
            return false;
        }
        *value = *value * 10 + (*digit - '0');
    }
    return *text != '\0' && strlen(text) <= 4 && *value <= MOST_STRIKES;
}

bool waxseal_configure(wit_plugin_error_t *error) {
    reject = configured("reject");
    quarantine = configured("quarantine");
    tag = configured("tag");
    body = configured("body");
    if (reject.count + quarantine.count + tag.count + body.count == 0) {
        return waxseal_fail(error, "no-words", "set at least one of reject, quarantine, tag and body",
                            false);
    }
    char *text = waxseal_config("strikes");
    if (text != NULL && !number(text, &strikes)) {
        return waxseal_fail(error, "bad-strikes", "strikes must be a number from 0 to 1000", false);
    }
    free(text);
    return true;
}

/* The key under which a sender's refusals are counted; NULL where nobody counts. */
static char *strikes_key(const char *sender) {
    if (strikes == 0 || *sender == '\0') {
        return NULL;
    }
    waxseal_buffer key = {0};
    waxseal_put(&key, "strikes:");
    waxseal_put(&key, sender);
    waxseal_lower(key.ptr);
    return key.ptr;
}

static void forgotten(waxseal_status status) {
    waxseal_warn("refusals are not remembered", "error", waxseal_status_name(status));
}

bool waxseal_on_mail(const char *sender, const wit_param_t *params, size_t count,
                     wit_outcome_t *outcome, wit_plugin_error_t *error) {
    (void)params;
    (void)count;
    (void)error;
    subject_words = 0;
    char *key = strikes_key(sender);
    if (key == NULL) {
        return true;
    }
    char *value = NULL;
    int32_t refused = 0;
    waxseal_status status = waxseal_kv_get(key, &value, NULL);
    if (status == WAXSEAL_OK && number(value, &refused) && refused >= strikes) {
        waxseal_count(1, "refused", "stage", "mail");
        waxseal_reject(outcome, 550, "5.7.1", "too many refused subjects");
    } else if (status != WAXSEAL_OK && status != WAXSEAL_NONE) {
        forgotten(status);
    }
    free(value);
    free(key);
    return true;
}

static void refuse(const char *word, wit_outcome_t *outcome) {
    char *sender = waxseal_sender();
    char *key = strikes_key(sender);
    if (key != NULL) {
        waxseal_status status = waxseal_kv_incr(key, 1, DAY, NULL);
        if (status != WAXSEAL_OK) {
            forgotten(status);
        }
    }
    waxseal_info("subject refused", "word", word, "sender", sender);
    waxseal_count(1, "refused", "stage", "headers");
    waxseal_buffer text = {0};
    waxseal_put(&text, "the subject holds \"");
    waxseal_put(&text, word);
    waxseal_put(&text, "\"");
    waxseal_reject(outcome, 550, "5.7.1", text.ptr);
    free(text.ptr);
    free(key);
    free(sender);
}

/* Scores each word that the subject holds, and adds it to `found`. */
static size_t weigh(const list *words, const char *subject, size_t length, float points,
                    waxseal_buffer *found, wit_outcome_t *outcome) {
    size_t held = 0;
    for (size_t i = 0; i < words->count; i++) {
        if (waxseal_contains(subject, length, words->words[i])) {
            held++;
            waxseal_score(outcome, "SUBJECT_WORD", points, words->words[i]);
            waxseal_put(found, found->length > 0 ? ", " : "");
            waxseal_put(found, words->words[i]);
        }
    }
    return held;
}

bool waxseal_on_headers(wit_outcome_t *outcome, wit_plugin_error_t *error) {
    (void)error;
    size_t length;
    char *subject = waxseal_header("Subject", &length);
    if (subject == NULL) {
        return true;
    }
    for (size_t i = 0; i < reject.count; i++) {
        if (waxseal_contains(subject, length, reject.words[i])) {
            refuse(reject.words[i], outcome);
            free(subject);
            return true;
        }
    }
    waxseal_buffer found = {0};
    size_t bad = weigh(&quarantine, subject, length, 3.0f, &found, outcome);
    if (bad > 0) {
        waxseal_buffer why = {0};
        waxseal_put(&why, "the subject holds ");
        waxseal_put(&why, found.ptr);
        waxseal_quarantine(outcome, why.ptr);
        free(why.ptr);
    }
    subject_words = bad + weigh(&tag, subject, length, 1.0f, &found, outcome);
    if (subject_words > 0) {
        waxseal_count((uint32_t)subject_words, "words", "place", "subject");
        waxseal_add_tag(outcome, "subject-guard");
        waxseal_insert_header(outcome, 0, "X-Subject-Guard", found.ptr);
    }
    free(found.ptr);
    free(subject);
    return true;
}

/* Marks which of the words the text parts hold; the server searches. */
static void search(bool *held) {
    wit_mime_list_part_t parts;
    wit_mime_parts(&parts);
    bool *in_part = waxseal_allocate(body.count * sizeof *in_part);
    for (size_t i = 0; i < parts.len; i++) {
        const wit_string_t *type = &parts.ptr[i].content_type;
        if (type->len < 5 || memcmp(type->ptr, "text/", 5) != 0) {
            continue;
        }
        waxseal_find(parts.ptr[i].index, (const char *const *)body.words, body.count, in_part);
        for (size_t word = 0; word < body.count; word++) {
            held[word] = held[word] || in_part[word];
        }
    }
    free(in_part);
    wit_mime_list_part_free(&parts);
}

bool waxseal_on_message(wit_outcome_t *outcome, wit_plugin_error_t *error) {
    (void)error;
    if (body.count == 0) {
        return true;
    }
    bool *held = waxseal_allocate(body.count * sizeof *held);
    memset(held, 0, body.count * sizeof *held);
    search(held);
    size_t text_words = 0;
    for (size_t word = 0; word < body.count; word++) {
        if (held[word]) {
            text_words++;
            waxseal_score(outcome, "BODY_WORD", 1.0f, body.words[word]);
        }
    }
    free(held);
    if (text_words == 0) {
        return true;
    }
    waxseal_count((uint32_t)text_words, "words", "place", "text");
    if (subject_words + text_words >= ENOUGH) {
        waxseal_buffer why = {0};
        waxseal_put_number(&why, (int64_t)(subject_words + text_words));
        waxseal_put(&why, " words found");
        waxseal_quarantine(outcome, why.ptr);
        free(why.ptr);
    }
    return true;
}
