"""How messages reach people: one module per kind of far side, each keeping the promise of `Channel`.

`channels.open_channel` makes a channel from an Apprise URL. DingTalk robots and e-mail are strict: they read the
far side's own answer. Everything else goes through Apprise, which knows the HTTP status only (`relay`).
"""
