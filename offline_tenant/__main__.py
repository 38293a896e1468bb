from offline_tenant.cli import app

app(prog_name="python -m offline_tenant")
