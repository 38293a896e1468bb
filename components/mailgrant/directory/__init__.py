"""What mailgrant asks the tenant's directory, over Microsoft Graph, before anything is created. It only reads."""
