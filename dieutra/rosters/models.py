"""A body's list of people for one survey, its people, what is asked for beside it, and the contacts of the bodies."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dieutra.places.paths import PathField


class Roster(models.Model):
    """The people whom one body names for one survey. `version` grows with every change of it or of its people."""

    class State(models.TextChoices):
        OPEN = "open", "Đang lập"
        SENT = "sent", "Đã gửi"
        RETURNED = "returned", "Trả lại"
        ACCEPTED = "accepted", "Đã tiếp nhận"

    CHANGING = (State.OPEN, State.RETURNED)

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="rosters")
    survey = models.CharField(max_length=40)
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+")
    path = PathField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    version = models.PositiveIntegerField(default=1)
    due_on = models.DateField(null=True)  # a later day than the campaign's, granted by the centre
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    late = models.BooleanField(default=False)  # sent after its due day
    receipt = models.CharField(max_length=20, blank=True)
    digest = models.CharField(max_length=64, blank=True)  # of the people as they were sent
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)  # of the last return
    expected = models.JSONField(default=dict)  # group -> how many there are in all, as the body says
    counted = models.JSONField(
        default=dict
    )  # what the receipt says: groups, merged roles, excused, explanations

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "survey", "path"], name="roster_place_once"),
        ]

    def __str__(self) -> str:
        return f"roster {self.pk}"


class Person(models.Model):
    """One line of a roster. Keys have no tone marks and no capitals, so that “Hoà” and “Hòa” meet.

    A person in two groups of one survey has two lines; the one that is not kept is `aside` and names the kept one.
    """

    class Standing(models.TextChoices):
        IN = "in", "Được khảo sát"
        ASIDE = "aside", "Gộp vào vai trò khác"
        EXCUSED = "excused", "Được miễn"
        REMOVED = "removed", "Đã bỏ"

    roster = models.ForeignKey(Roster, on_delete=models.PROTECT, related_name="people")
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    survey = models.CharField(max_length=40)
    path = PathField()  # of the body
    group = models.CharField(max_length=40)
    standing = models.CharField("trạng thái", max_length=8, choices=Standing.choices, default=Standing.IN)
    kept_as = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="set_aside")
    number = models.PositiveIntegerField()  # its place in the list, from 1
    version = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120)
    born_on = models.DateField(null=True)
    office = models.CharField("chức vụ", max_length=200, blank=True)
    unit = models.CharField("đơn vị", max_length=250, blank=True)
    unit_key = models.CharField(max_length=250, blank=True)
    email = models.CharField(max_length=254, blank=True)  # in small letters
    phone = models.CharField(max_length=20, blank=True)  # digits alone, 0…
    stands_for = models.CharField("thay cho", max_length=200, blank=True)
    why_stands = models.CharField("lý do thay", max_length=500, blank=True)
    details = models.JSONField(default=dict)  # the other columns of the kind
    remark = models.CharField("ý kiến của Trung ương", max_length=500, blank=True)  # at the last return
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["campaign", "survey", "path", "group"], name="person_place"),
            models.Index(fields=["campaign", "survey", "email"], name="person_email"),
            models.Index(fields=["roster", "email"], name="person_twin_email"),
            models.Index(fields=["roster", "phone"], name="person_twin_phone"),
            models.Index(fields=["roster", "name_key"], name="person_twin_name"),
            models.Index(fields=["roster", "number"], name="person_number"),
            models.Index(fields=["roster", "standing"], name="person_standing"),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"


class Pair(models.Model):
    """What was decided about two lines of a roster that look like one person; `first` has the lower id.

    PRIORITY is the rule's own decision, which the body still has to confirm (`by`).
    """

    class Verdict(models.TextChoices):
        PRIORITY = "priority", "Gộp theo thứ tự ưu tiên"
        CHOSEN = "chosen", "Gộp theo lựa chọn của cơ quan"
        BOTH = "both", "Giữ cả hai vai trò"
        DIFFERENT = "different", "Hai người khác nhau"

    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="pairs")
    first = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=9, choices=Verdict.choices)
    kept = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+")
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="pair_once")]

    def __str__(self) -> str:
        return f"pair {self.first_id}-{self.second_id}"


class Explanation(models.Model):
    """What a body says about something that looks wrong and is right. `key` names the finding and what it was about."""

    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="explanations")
    key = models.CharField(max_length=64)
    text = models.CharField(max_length=1000)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["roster", "key"], name="explanation_once")]

    def __str__(self) -> str:
        return f"explanation {self.pk}"


class Load(models.Model):
    """A list that was read from a file and waits for the body's word; its lines go when it is loaded or given up."""

    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="loads")
    path = PathField()
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200)
    replaces = models.BooleanField(default=False)
    lines = models.JSONField(default=list)  # [row number, {column: value}]
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"load {self.pk}"


class Request(models.Model):
    """What a body asks of the centre about its list: people who cannot be asked, a later day."""

    class What(models.TextChoices):
        HARDSHIP = "hardship", "Trường hợp đặc biệt khó khăn"
        LATER = "later", "Xin lùi hạn gửi danh sách"

    class State(models.TextChoices):
        ASKED = "asked", "Chờ trả lời"
        GRANTED = "granted", "Đồng ý"
        REFUSED = "refused", "Không đồng ý"

    roster = models.ForeignKey(Roster, on_delete=models.PROTECT, related_name="requests")
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    path = PathField()
    what = models.CharField(max_length=10, choices=What.choices)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="requests")
    until = models.DateField(null=True)
    reason = models.TextField()
    asked_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"request {self.pk}"


class Contact(models.Model):
    """The person of a body for technical matters (đầu mối CNTT); the latest one without `ended_at` stands."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    path = PathField()
    name = models.CharField(max_length=120)
    office = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=20)
    email = models.CharField(max_length=254, blank=True)
    late = models.BooleanField(default=False)
    named_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "path"],
                condition=models.Q(ended_at__isnull=True),
                name="contact_standing_once",
            )
        ]

    def __str__(self) -> str:
        return f"contact {self.pk}"
