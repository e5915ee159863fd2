from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "dieutra.people"
    verbose_name = "Người"

    def ready(self) -> None:
        from allauth.core.internal import ratelimit

        # A whole office signs in from one address. allauth counts it under a lock in the cache, which is a table here,
        # and refuses with “too many requests” whoever has waited a second for the lock; it is kept ten at most.
        ratelimit.CACHE_LOCK_WAIT_TIMEOUT = 9
