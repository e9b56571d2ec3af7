"""The plain site, with the language in each path."""

from django.conf.urls.i18n import i18n_patterns

from . import urls

urlpatterns = i18n_patterns(*urls.urlpatterns)
