/* Between the exports of a delivery plugin and the functions of waxseal.h. */
#include "waxseal.h"

#ifdef WIT_HAS_DELIVERY_HOOKS

typedef exports_wit_delivery_hooks_action_t action_t;
typedef exports_wit_delivery_hooks_reply_t reply_t;

__attribute__((weak)) bool waxseal_route(const char *recipient, waxseal_actions *actions,
                                         wit_plugin_error_t *error) {
    (void)recipient;
    (void)actions;
    (void)error;
    return true;
}

__attribute__((weak)) bool waxseal_deliver(const char *recipient, uint32_t attempt,
                                           waxseal_delivery *delivery, wit_plugin_error_t *error) {
    (void)recipient;
    (void)attempt;
    (void)delivery;
    return waxseal_fail(error, "no-transport", "this plugin routes, it takes no messages", false);
}

bool exports_wit_delivery_hooks_route(wit_string_t *recipient, waxseal_actions *actions,
                                      exports_wit_delivery_hooks_plugin_error_t *error) {
    memset(actions, 0, sizeof *actions);
    char *text = waxseal_take(recipient);
    bool good = waxseal_route(text, actions, error);
    free(text);
    if (!good) {
        exports_wit_delivery_hooks_list_action_free(actions);
    }
    return good;
}

bool exports_wit_delivery_hooks_deliver(wit_string_t *recipient, uint32_t attempt,
                                        waxseal_delivery *delivery,
                                        exports_wit_delivery_hooks_plugin_error_t *error) {
    memset(delivery, 0, sizeof *delivery);
    char *text = waxseal_take(recipient);
    bool good = waxseal_deliver(text, attempt, delivery, error);
    free(text);
    if (!good) {
        exports_wit_delivery_hooks_transport_result_free(delivery);
    }
    return good;
}

static action_t *action(waxseal_actions *actions, uint8_t tag) {
    actions->ptr = waxseal_reallocate(actions->ptr, (actions->len + 1) * sizeof *actions->ptr);
    action_t *fresh = &actions->ptr[actions->len++];
    memset(fresh, 0, sizeof *fresh);
    fresh->tag = tag;
    return fresh;
}

static reply_t reply(uint16_t code, const char *enhanced, const char *text) {
    reply_t reply = {code, waxseal_copy_option(enhanced), waxseal_copy(text)};
    return reply;
}

void waxseal_as_planned(waxseal_actions *actions) {
    action(actions, EXPORTS_WIT_DELIVERY_HOOKS_ACTION_AS_PLANNED);
}

void waxseal_keep(waxseal_actions *actions, const char *address, const char *mailbox,
                  const char *flags) {
    wit_list_string_t list = {0};
    for (const char *rest = flags; rest != NULL && *rest != '\0';) {
        size_t length = strcspn(rest, " ");
        if (length > 0) {
            list.ptr = waxseal_reallocate(list.ptr, (list.len + 1) * sizeof *list.ptr);
            wit_string_dup_n(&list.ptr[list.len++], rest, length);
        }
        rest += length + (rest[length] == ' ');
    }
    exports_wit_delivery_hooks_keep_in_t keep = {waxseal_copy_option(address),
                                                 waxseal_copy_option(mailbox), list};
    action(actions, EXPORTS_WIT_DELIVERY_HOOKS_ACTION_KEEP)->val.keep = keep;
}

void waxseal_forward(waxseal_actions *actions, const char *address) {
    action(actions, EXPORTS_WIT_DELIVERY_HOOKS_ACTION_FORWARD)->val.forward = waxseal_copy(address);
}

void waxseal_respond(waxseal_actions *actions, const char *sender, const char *recipient,
                     const void *message, size_t length) {
    wit_string_t copy;
    wit_string_dup_n(&copy, message, length);
    exports_wit_delivery_hooks_response_t response = {
        waxseal_copy(sender), waxseal_copy(recipient), {copy.ptr, copy.len}};
    action(actions, EXPORTS_WIT_DELIVERY_HOOKS_ACTION_RESPOND)->val.respond = response;
}

void waxseal_bounce(waxseal_actions *actions, uint16_t code, const char *enhanced,
                    const char *text) {
    reply_t bounce = reply(code, enhanced, text);
    action(actions, EXPORTS_WIT_DELIVERY_HOOKS_ACTION_BOUNCE)->val.bounce = bounce;
}

void waxseal_drop(waxseal_actions *actions) {
    action(actions, EXPORTS_WIT_DELIVERY_HOOKS_ACTION_DISCARD);
}

void waxseal_transport(waxseal_actions *actions, const char *plugin) {
    action_t *fresh = action(actions, EXPORTS_WIT_DELIVERY_HOOKS_ACTION_TRANSPORT);
    fresh->val.transport = waxseal_copy(plugin);
}

void waxseal_retry_after(waxseal_actions *actions, uint32_t seconds) {
    action(actions, EXPORTS_WIT_DELIVERY_HOOKS_ACTION_RETRY_AFTER)->val.retry_after = seconds;
}

void waxseal_delivery_done(waxseal_delivery *delivery, const char *text) {
    delivery->tag = EXPORTS_WIT_DELIVERY_HOOKS_TRANSPORT_RESULT_DELIVERED;
    delivery->val.delivered = waxseal_copy_option(text);
}

void waxseal_delivery_failed(waxseal_delivery *delivery, uint16_t code, const char *enhanced,
                             const char *text) {
    delivery->tag = EXPORTS_WIT_DELIVERY_HOOKS_TRANSPORT_RESULT_PERMANENT;
    delivery->val.permanent = reply(code, enhanced, text);
}

void waxseal_delivery_later(waxseal_delivery *delivery, uint16_t code, const char *enhanced,
                            const char *text) {
    delivery->tag = EXPORTS_WIT_DELIVERY_HOOKS_TRANSPORT_RESULT_TEMPORARY;
    delivery->val.temporary = reply(code, enhanced, text);
}

#endif
