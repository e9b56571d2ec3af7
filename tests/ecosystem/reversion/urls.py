from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from reversion.admin import VersionAdmin

from tests.ecosystem.admin.urls import urlpatterns as urlpatterns


class VersionedGroupAdmin(VersionAdmin, GroupAdmin):
    pass


admin.site.unregister(Group)
admin.site.register(Group, VersionedGroupAdmin)
