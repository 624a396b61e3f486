"""A time-stamping authority for development and tests (RFC 3161). **Not independent.**

Its tokens are sound, and they show nothing to anybody else: whoever runs it sets
its clock and holds its key. It stands here so that the whole path can be tried
without a network. Of ours it imports `verifier` and `app/web`.

    folder      keys and certificates, made once
    state       serial numbers and times, durable before they are given out
    authority   request → response
    serving     HTTP, bounded (needs the extra `server`)
"""
