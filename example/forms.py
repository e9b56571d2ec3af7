from typing import TYPE_CHECKING

from django import forms

from example.models import Order

if TYPE_CHECKING:
    OrderModelForm = forms.ModelForm[Order]
else:
    OrderModelForm = forms.ModelForm


class DateInput(forms.DateInput):
    input_type = "date"


class TimeInput(forms.TimeInput):
    input_type = "time"


class OrderForm(OrderModelForm):
    """The long form: a field of each kind, with enough to type to forget the clock."""

    file = forms.FileField(
        label="Attach a file",
        required=False,
        max_length=255,
        help_text="Its name is kept, its content is thrown away.",
    )

    class Meta:
        model = Order
        fields = [
            "patient",
            "ward",
            "sample",
            "collected_on",
            "collected_at",
            "volume",
            "priority",
            "fasting",
            "infectious",
            "symptoms",
            "medication",
            "question",
        ]
        widgets = {
            "collected_on": DateInput(format="%Y-%m-%d"),
            "collected_at": TimeInput(format="%H:%M"),
            "priority": forms.RadioSelect,
            "symptoms": forms.Textarea(attrs={"rows": 6}),
            "medication": forms.Textarea(attrs={"rows": 3}),
            "question": forms.Textarea(attrs={"rows": 3}),
        }

    def save(self, commit: bool = True) -> Order:
        """Keep the name of the attached file with the order."""
        file = self.cleaned_data["file"]
        self.instance.attachment = file.name if file else ""
        return super().save(commit)
