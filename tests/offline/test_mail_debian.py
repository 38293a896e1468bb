"""Debian's mail programs against the servers, where they are installed: msmtp sends, mbsync fetches a mailbox."""

import subprocess
from pathlib import Path
from shutil import which

import pytest

from tests.offline.mail_helper import LETTERS, MAILBOX, MailServer

PLUGINS = [*Path("/usr/lib").glob("*/sasl2/lib*xoauth2*.so"), *Path("/usr/lib/sasl2").glob("lib*xoauth2*.so")]
LETTER = "From: invoices@contoso.com\nTo: adele@contoso.com\nSubject: By msmtp\n\n.Text\n"


def run(command: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=given, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(which("msmtp") is None, reason="msmtp is not installed here")
def test_msmtp_sends(mail: MailServer, tmp_path: Path) -> None:
    mail.allow_smtp()
    (tmp_path / "token").write_text(mail.token())
    settings = tmp_path / "msmtprc"
    settings.write_text(
        f"account default\nhost localhost\nport {mail.ports['smtp']}\ntls on\ntls_starttls on\n"
        f"tls_trust_file {mail.certificate.authority}\nauth xoauth2\nuser {MAILBOX}\nfrom {MAILBOX}\n"
        f"passwordeval cat {tmp_path / 'token'}\n"
    )
    settings.chmod(0o600)
    done = run(["msmtp", "--file", str(settings), "adele@contoso.com"], LETTER)
    assert done.returncode == 0, done.stderr
    assert b"Subject: By msmtp\r\n\r\n.Text\r\n" in mail.letters(mailbox="adele@contoso.com")[-1]


@pytest.mark.skipif(which("mbsync") is None, reason="mbsync is not installed here")
@pytest.mark.skipif(not PLUGINS, reason="no plugin of Cyrus SASL for XOAUTH2 is installed here")
def test_mbsync_fetches(mail: MailServer, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(mail.token())
    settings = tmp_path / "mbsyncrc"
    settings.write_text(
        f"IMAPAccount tenant\nHost localhost\nPort {mail.ports['imap']}\nUser {MAILBOX}\n"
        f'PassCmd "cat {tmp_path / "token"}"\nAuthMechs XOAUTH2\nSSLType IMAPS\n'
        f"CertificateFile {mail.certificate.authority}\nSystemCertificates no\n\n"
        f"IMAPStore far\nAccount tenant\n\nMaildirStore near\nPath {tmp_path}/mail/\nInbox {tmp_path}/mail/INBOX\n\n"
        "Channel all\nFar :far:\nNear :near:\nPatterns INBOX\nCreate Near\nSync Pull\nSyncState *\n"
    )
    (tmp_path / "mail").mkdir()
    done = run(["mbsync", "--config", str(settings), "all"])
    assert done.returncode == 0, done.stderr
    assert len([*(tmp_path / "mail" / "INBOX").glob("*/*,*")]) == len(LETTERS)
