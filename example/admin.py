from django.contrib import admin

from example.models import Order, Result

admin.site.register(
    Result, list_display=["patient", "test", "value", "flag", "taken_on"], list_filter=["flag"]
)
admin.site.register(Order, list_display=["patient", "ward", "sample", "priority", "collected_on"])
