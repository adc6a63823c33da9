/* What a filter answers. */
#include "waxseal.h"

#ifdef WIT_HAS_FILTER_HOOKS

static wit_list_u8_t octets(const char *text) {
    wit_string_t copy = waxseal_copy(text);
    wit_list_u8_t list = {copy.ptr, copy.len};
    return list;
}

static void decide(wit_outcome_t *outcome, uint8_t tag) {
    wit_verdict_free(&outcome->verdict);
    memset(&outcome->verdict, 0, sizeof outcome->verdict);
    outcome->verdict.tag = tag;
}

static wit_reply_t reply(uint16_t code, const char *enhanced, const char *text) {
    wit_reply_t reply = {code, waxseal_copy_option(enhanced), waxseal_copy(text)};
    return reply;
}

void waxseal_accept(wit_outcome_t *outcome) { decide(outcome, WIT_VERDICT_ACCEPT); }

void waxseal_reject(wit_outcome_t *outcome, uint16_t code, const char *enhanced,
                    const char *text) {
    decide(outcome, WIT_VERDICT_REJECT);
    outcome->verdict.val.reject = reply(code, enhanced, text);
}

void waxseal_defer(wit_outcome_t *outcome, uint16_t code, const char *enhanced, const char *text) {
    decide(outcome, WIT_VERDICT_DEFER);
    outcome->verdict.val.defer = reply(code, enhanced, text);
}

void waxseal_discard(wit_outcome_t *outcome) { decide(outcome, WIT_VERDICT_DISCARD); }

void waxseal_quarantine(wit_outcome_t *outcome, const char *why) {
    decide(outcome, WIT_VERDICT_QUARANTINE);
    outcome->verdict.val.quarantine = waxseal_copy(why);
}

void waxseal_hold(wit_outcome_t *outcome, const char *why) {
    decide(outcome, WIT_VERDICT_HOLD);
    outcome->verdict.val.hold = waxseal_copy(why);
}

static wit_edit_t *edit(wit_outcome_t *outcome, uint8_t tag) {
    wit_list_edit_t *edits = &outcome->edits;
    edits->ptr = waxseal_reallocate(edits->ptr, (edits->len + 1) * sizeof *edits->ptr);
    wit_edit_t *fresh = &edits->ptr[edits->len++];
    memset(fresh, 0, sizeof *fresh);
    fresh->tag = tag;
    return fresh;
}

void waxseal_add_header(wit_outcome_t *outcome, const char *name, const char *value) {
    wit_header_t header = {waxseal_copy(name), octets(value)};
    edit(outcome, WIT_EDIT_ADD_HEADER)->val.add_header = header;
}

void waxseal_insert_header(wit_outcome_t *outcome, uint32_t position, const char *name,
                           const char *value) {
    wit_header_t header = {waxseal_copy(name), octets(value)};
    wit_edit_t *fresh = edit(outcome, WIT_EDIT_INSERT_HEADER);
    fresh->val.insert_header.f0 = position;
    fresh->val.insert_header.f1 = header;
}

void waxseal_replace_header(wit_outcome_t *outcome, const char *name, uint32_t number,
                            const char *value) {
    wit_edit_t *fresh = edit(outcome, WIT_EDIT_REPLACE_HEADER);
    fresh->val.replace_header.f0 = waxseal_copy(name);
    fresh->val.replace_header.f1 = number;
    fresh->val.replace_header.f2 = octets(value);
}

void waxseal_remove_header(wit_outcome_t *outcome, const char *name) {
    edit(outcome, WIT_EDIT_REMOVE_HEADER)->val.remove_header = waxseal_copy(name);
}

void waxseal_add_recipient(wit_outcome_t *outcome, const char *address) {
    edit(outcome, WIT_EDIT_ADD_RECIPIENT)->val.add_recipient = waxseal_copy(address);
}

void waxseal_remove_recipient(wit_outcome_t *outcome, const char *address) {
    edit(outcome, WIT_EDIT_REMOVE_RECIPIENT)->val.remove_recipient = waxseal_copy(address);
}

void waxseal_set_sender(wit_outcome_t *outcome, const char *address) {
    edit(outcome, WIT_EDIT_SET_SENDER)->val.set_sender = waxseal_copy(address);
}

void waxseal_add_tag(wit_outcome_t *outcome, const char *tag) {
    edit(outcome, WIT_EDIT_ADD_TAG)->val.add_tag = waxseal_copy(tag);
}

void waxseal_score(wit_outcome_t *outcome, const char *symbol, float points, const char *note) {
    wit_list_score_t *scores = &outcome->scores;
    scores->ptr = waxseal_reallocate(scores->ptr, (scores->len + 1) * sizeof *scores->ptr);
    wit_score_t score = {waxseal_copy(symbol), points, waxseal_copy_option(note)};
    scores->ptr[scores->len++] = score;
}

#endif
