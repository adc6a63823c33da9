"""Write Waxseal plugins in Python.

A plugin is a class with the stages it wants and one line that makes a component of it::

    from waxseal import message
    from waxseal.filter import Filter, Outcome, export

    class NoEmptySubject(Filter):
        def on_headers(self):
            if not message.header("Subject"):
                return Outcome.reject(550, "5.6.0", "a subject, please")

    Lifecycle, FilterHooks = export(NoEmptySubject, "no-empty-subject", "1.0.0", ["headers"])

`waxseal.filter`, `waxseal.learner`, `waxseal.delivery`, `waxseal.storage` and `waxseal.holder` are the
worlds; the other modules are the server: `config`, `kv`, `log`, `message`, `metrics`, `mime` and more.
A module may be imported in the worlds that have it. Nothing else of a system is there: no file, no
socket, no clock beyond `clock`, and `random` of Python gives the same numbers in each instance.
"""
