from django.apps import AppConfig, apps
from django.contrib.auth.signals import user_logged_in
from django.core.checks import Tags, register
from django.db.models.signals import pre_save
from django.utils.translation import gettext_lazy as _


class SessionSecurityConfig(AppConfig):
    """Binds the system checks and the stamp at sign-in; nothing else."""

    name = "session_security"
    verbose_name = _("Session security")

    def ready(self) -> None:
        from django.contrib.sessions.base_session import AbstractBaseSession

        from . import checks, signals
        from .sessions.rows import protect_row

        register(checks.check, Tags.security)
        user_logged_in.connect(signals.stamp, dispatch_uid="session_security.stamp")
        for model in apps.get_models():
            if issubclass(model, AbstractBaseSession):
                pre_save.connect(protect_row, model, dispatch_uid="session_security.protect_row")
