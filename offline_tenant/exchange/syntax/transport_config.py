"""*-TransportConfig, in the cloud."""

from typing import Final

from offline_tenant.exchange.syntax.parameters import Parameter, Syntax, refused
from offline_tenant.exchange.values import BOOLEAN, NUMBER, SWITCH, TEXT, one_of

OUTPUT: Final = "Microsoft.Exchange.Data.Directory.SystemConfiguration.TransportConfigContainer"
SETTABLE: Final = (
    *(
        Parameter(name, BOOLEAN)
        for name in (
            *("AllowLegacyTLSClients", "ClearCategories", "ConvertDisclaimerWrapperToEml"),
            *("ExternalDelayDsnEnabled", "ExternalDsnLanguageDetectionEnabled", "ExternalDsnSendHtml"),
            *("InternalDelayDsnEnabled", "InternalDsnLanguageDetectionEnabled", "InternalDsnSendHtml"),
            *("ReplyAllStormProtectionEnabled", "Rfc2231EncodingEnabled", "SmtpClientAuthenticationDisabled"),
        )
    ),
    *(
        Parameter(f"ReplyAllStorm{name}", NUMBER)
        for name in ("BlockDurationHours", "DetectionMinimumRecipients", "DetectionMinimumReplies")
    ),
    Parameter(
        "DSNConversionMode",
        one_of(
            "Microsoft.Exchange.Data.DSNConversionOption",
            *("UseExchangeDSNs", "PreserveDSNBody", "DoNotConvert"),
        ),
    ),
    Parameter(
        "HeaderPromotionModeSetting",
        one_of("Microsoft.Exchange.Data.HeaderPromotionMode", "NoCreate", "MayCreate", "MustCreate"),
    ),
)

ROWS: Final = (
    Syntax("Get-TransportConfig", (), OUTPUT),
    Syntax(
        "Set-TransportConfig",
        (
            *SETTABLE,
            *refused(
                TEXT,
                *("ExternalDsnDefaultLanguage", "ExternalDsnReportingAuthority", "ExternalPostmasterAddress"),
                *("InternalDsnDefaultLanguage", "InternalDsnReportingAuthority", "JournalingReportNdrTo"),
                *("JournalMessageExpirationDays", "MaxRecipientEnvelopeLimit", "MessageExpiration"),
            ),
            *refused(SWITCH, "Force"),
        ),
        OUTPUT,
        "asked",
    ),
)
