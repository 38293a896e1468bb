import pulumi

import mailgrant

try:
    plan = mailgrant.load_plan()
except mailgrant.MailgrantError as error:
    raise pulumi.RunError(str(error)) from None

pulumi.export("clients", mailgrant.deploy(plan))
