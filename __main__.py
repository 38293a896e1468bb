import pulumi

import mailgrant

try:
    plan = mailgrant.load_plan()
except mailgrant.MailgrantError as error:
    raise pulumi.RunError(str(error)) from None

for name, value in mailgrant.deploy(plan).items():
    pulumi.export(name, value)
