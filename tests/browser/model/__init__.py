"""A model of the whole: random schedules of what happens, and both promises held against them.

Why, and what is modelled: docs/explanation/model.md. How it hangs together, from the bottom up:

- ``limits`` has the timeouts and the tolerances, ``truth`` what is true, without any code of ours;
- ``clocks``, ``network``, ``tab`` and ``site`` (with a witness of all requests) are what a
  ``stage`` is made of, and ``settling`` waits until its pages have come to rest;
- ``steps`` are what can happen on a stage, and ``schedule`` draws some of them from a seed;
- ``watch`` looks at the stage after each movement of the clock and after each step;
- ``play`` does all this with one schedule, and shortens one that breaks a promise;
- ``page`` has the scripts that run in the pages.

How to add a step
-----------------

1. In the module of ``steps`` where it belongs, write a subclass of ``Step``::

       @dataclass
       class Resize(Step):
           "The window of the browser gets another size."

           name = "resize"
           weight = 3

           width: int = 800

           def draw(self, dice: random.Random) -> None:
               self.width = dice.choice([320, 800, 1920])

           @classmethod
           def can(cls, stage: Stage, tab: Tab) -> bool:
               return not tab.covered

           def do(self, stage: Stage, tab: Tab) -> str:
               tab.page.set_viewport_size({"width": self.width, "height": 600})
               return f"{tab.name} is {self.width} px wide"

   ``weight`` says how often it is drawn; a third of the steps of a schedule are acts, with 24.
   Fields hold what is drawn besides, each with a default; ``can`` and ``draw`` may be left out.
   ``do`` gets one of the tabs with which it can happen; for the one that the person looks at take
   ``stage.front``.
2. If the person or the server takes it for an act, or it ends something, say so to
   ``stage.ours`` (the truth), and to ``stage.felt`` if a page has felt it. If a tab goes elsewhere
   because the person wants it, do that within ``stage.hand(tab)`` or by ``stage.visit``; a page
   that goes by itself is a broken promise. What must be looked at newly belongs in ``watch``.
3. If the schedules prove too little without it, say ``stage.seen.add("...")`` and give the words a
   number in ``REACHED`` of ``test_world.py``.
4. Put the class at the end of ``KINDS`` in ``steps/__init__.py``. This changes what each seed
   draws: run ``make world`` and ``make faults``, and if a fault is found by other seeds now, change
   the table in the docs, and ``FIRST`` in ``limits`` if it is not found any more.
5. Name it in the table of docs/explanation/model.md.
"""
