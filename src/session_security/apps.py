from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class SessionSecurityConfig(AppConfig):
    """Binds the system checks and the stamp at sign-in; nothing else."""

    name = "session_security"
    verbose_name = _("Session security")

    def ready(self) -> None:
        from . import checks, signals

        register(checks.check, Tags.security)
        user_logged_in.connect(signals.stamp, dispatch_uid="session_security.stamp")
