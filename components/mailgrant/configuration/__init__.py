"""From a stack's configuration to its plan, and back: files beside it → schema → contradictions → ``Plan``.

The shape that people write is in ``schema``, what a plan may not do in ``guardrails``. All of it is pure but for
``files``, which reads what stands beside a stack, and ``loading``, which asks Pulumi.
"""
