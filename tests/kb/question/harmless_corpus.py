"""Made-up texts with nothing secret in them, many of which look as if there were."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from tests.kb.question.secret_corpus import fill

# One kind a line. The values in braces are those of secret_corpus.
_KINDS = """
how do I reset my password?
I forgot my password, what now?
my password is not accepted
my password is expired
my password is wrong, what should I do
my password is incorrect.
my password is too short, it says
the password is case-sensitive
my password is {d2} characters long
the password must be at least {d2} characters
password: must contain a digit and a sign
Password expired. Please change it.
Password: required
password changed on 2026-11-{d2}
my password was reset yesterday
is my password stored in the browser?
the password field is empty
which password do I need for the VPN?
password reset link does not arrive
password reset mail goes to {word}@example.com
the password policy says {d1} of {d2}
passwordless sign-in fails
the password manager is locked
I cannot find where to change password on my phone
what is the default password of the printer?
the password prompt comes up again and again
the PIN is not accepted
my PIN is {d1} digits
I forgot my PIN code
the pin is bent on the connector
pin {d1} of the socket is loose
the token is expired
the token is valid for {d2} minutes
where do I find my API key?
API key is missing
the API key is invalid (error {d3})
how do I rotate an access key?
access key is inactive since {d2} days
secret key is lost, can I see it again?
which secret is used by the build?
the secret is in the vault
key: value
the key is stuck on my keyboard
press any key to go on
foreign key constraint fails on table {word}_items
partition key: {word}#{d4}
the object key is logs/2026/{d2}/{word}.gz
the registry key is HKEY_LOCAL_MACHINE\\Software\\{Word}\\Settings
Authentication: basic or bearer?
Authorization header is missing
use the Bearer scheme in the header
basic authentication is turned off
verification code does not arrive
the verification code has {d1} digits
recovery codes: where do I find them?
how do I print new backup codes
security code: three digits on the back
login: {word} is locked
credentials are wrong
username and password do not match
the account: {word} is disabled
パスワードを忘れました
パスワードは何ですか？
パスワードが違うと言われます
パスワードは{d1}文字以上です
パスワードは大文字と数字が必要ですか
パスワードは{d2}日で期限切れになります
パスワードはWindowsと同じですか
パスワードはどこで変更できますか？
パスワード：忘れた
パスワードの再設定メールが届きません
パスワードは正しいのにログインできない
パスワードリセットの手順を教えて
暗証番号は{d1}桁ですか
暗証番号を{d1}回間違えました
暗証番号を忘れた
トークンは{d2}分で切れます
トークンが無効と表示されます
APIキーはどこにありますか
アクセスキーは2つまで作れますか
シークレットキーは再表示できますか
認証コードが届かない
認証コードは{d1}桁です
キーボードのキーが反応しない
バックアップコードはどこで見られますか
IDとパスワードを教えてください
パスはどこですか /home/{word}/data
密码忘记了怎么办
密码是什么？
密码错误{d1}次
密码是{d1}位数字吗
비밀번호를 잊어버렸어요
비밀번호는 {d1}자리입니다
비밀번호가 틀렸다고 나와요
mi contraseña es incorrecta
olvidé mi contraseña
la contraseña ha caducado
mon mot de passe est expiré
mot de passe oublié
le mot de passe est refusé
mein Passwort ist falsch
mein Passwort ist abgelaufen
Passwort vergessen
das Kennwort muss {d2} Zeichen haben
minha senha está errada
esqueci minha senha
la password è scaduta
мой пароль неверный
я забыл пароль
mật khẩu của tôi bị sai
git commit {h40} breaks the build
reverted in {h7}
sha256: {h64}
sha512 {h128}
SHA256:{b43} is the fingerprint
md5 {h32} of the file
integrity sha512-{b86}==
the image is desk/app@sha256:{h64}
request id {u}
trace {h32} span {h16}
the uuid is {u}
session {u} was closed
incident {U8}-{d4}
device serial {U12}
order {d12} did not arrive
my phone number is 090-{d4}-{d4}
call me at +1 555 {d3} {d4}
the tracking number is 1Z{U16}
invoice INV-2026-{d5}
IBAN DE{d20}
order number {d16}
the card 4242 4242 4242 4242 is for tests
ISBN 978-{d1}-{d4}-{d4}-{d1}
mac address {h2}:{h2}:{h2}:{h2}:{h2}:{h2}
address 10.{d2}.{d1}.{d2} is taken
port {d4} is closed
fe80::{h4}:{h4}:{h4}:{h4} does not answer
version {d1}.{d2}.{d1} crashes
error 0x{H8}
error code E-{d3} on the display
code {U3}{d4} after the update
https://desk.slack.com/archives/C{U10}/p{d16}
https://desk.slack.com/archives/C{U10}/p{d16}?thread_ts={d10}.{d6}&cid=C{U10}
https://desk.slack.com/files/U{U10}/F{U10}/picture.png
https://docs.google.com/document/d/{w44}/edit
https://drive.google.com/file/d/{w33}/view?usp=sharing
https://www.youtube.com/watch?v={w11}&t=42
https://desk.atlassian.net/browse/DESK-{d4}
https://github.com/desk/desk/commit/{h40}
https://github.com/desk/desk/blob/{h40}/src/token.py#L{d2}
https://console.aws.amazon.com/iam/home?region=us-east-1#/users/{word}
https://desk.sharepoint.com/:w:/s/team/{w40}?e={A6}
https://teams.microsoft.com/l/message/19:{h32}@thread.v2/{d13}
https://zoom.example.com/j/{d11}
https://example.com/reset-password
https://example.com/a?page={d2}&sort=name&token_type=x
https://example.com:8080/@{word}/post
http://localhost:3000/@vite/client
https://cdn.example.com/{h40}/{A40}.js
https://example.com/{w40}/index.html
s3://bucket/{word}/{h32}.parquet
arn:aws:iam::123456789012:user/Development/{word}_{d4}/*
arn:aws:kms:us-east-1:111122223333:key/{u}
arn:aws:secretsmanager:us-east-1:111122223333:secret:{word}-{A6}
the KMS key {u} is disabled
AKIAIOSFODNN7EXAMPLE is in the documentation
wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY is in the documentation
ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ{b300} {word}@laptop
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{b43} {word}@laptop
ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY{b100}= {word}
-----BEGIN PUBLIC KEY-----\\n{b64}\\n{b64}\\n-----END PUBLIC KEY-----
-----BEGIN CERTIFICATE-----\\nMIID{b60}\\n{b64}\\n{b64}\\n-----END CERTIFICATE-----
-----BEGIN PGP PUBLIC KEY BLOCK-----\\n\\n{b64}\\n={b4}\\n-----END PGP PUBLIC KEY BLOCK-----
the file begins with -----BEGIN CERTIFICATE-----, is that right?
gpg key 3AA5C343{H8}
key id 0x{H16}
fingerprint {h2}:{h2}:{h2}:{h2}:{h2}:{h2}:{h2}:{h2}
![x](data:image/png;base64,iVBORw0KGgo{b400}==)
data:image/jpeg;base64,/9j/4AAQ{b600}
data:font/woff2;base64,d09GMgABAAAA{b200}
https://<user>:<password>@git.example.com/repo.git
https://user:password@example.com
https://USER:PASSWORD@example.com
postgres://{{user}}:{{password}}@localhost/db
postgres://$DB_USER:$DB_PASSWORD@db:5432/app
mysql://user:****@db/app
redis://:xxxx@cache:6379
DB_PASSWORD=
DB_PASSWORD=changeme
DB_PASSWORD=your-password-here
DB_PASSWORD=${DB_PASSWORD}
password: "${{ secrets.DB_PASSWORD }}"
API_KEY=YOUR_API_KEY
API_KEY=<your key>
token = os.environ["TOKEN"]
const token = process.env.TOKEN
password = getpass("Password: ")
api_key=xxxxxxxxxxxxxxxxxxxx
Authorization: Bearer <token>
Authorization: Bearer $TOKEN
Authorization: Bearer YOUR_TOKEN
curl -u user:password https://example.com
curl -u $USER:$PASS https://example.com
mysql -u root -p shop
docker run -p 8080:80 -p 443:443 desk/app
docker login -u hanako --password-stdin
mkdir -p /var/lib/{word}/data
ssh -p 2222 {word}@10.0.0.5
cp -p {word}.txt backup/
desk login --password
token_type=bearer&expires_in=3600
max_tokens: {d4}
token_url: https://auth.example.com/oauth/token
password_policy: strong
secret_name: {word}-database
secretKeyRef: {word}-secrets
PasswordAuthentication yes
passwordHash: bcrypt
getUserAccountPreferencesFromDatabaseV2x
AWSServiceRoleForAutoScalingGroupsDesk12
com.example.desk.settings.PasswordResetActivity
CustomerAccountSettingsPageController2Fx
/usr/share/applications/{word}/some/long/path/here
C:\\Users\\{word}\\AppData\\Local\\Temp\\{word}.log
./gradlew assembleDebug --stacktrace
node_modules/@babel/plugin-transform-{word}/lib/index.js
kubectl get pods {word}-{l10}-{l5}
pod {word}-deployment-{l10}-{l5} is in CrashLoopBackOff
i-{h17} does not start
vol-{h17} is full
subnet-{h17} has no addresses
sg-{h17} blocks the port
ami-{h17} is gone
vpc-{h17} in us-east-1
projects/desk-{d6}/locations/us-central1
sk-learn is not installed
task-force-2026-planning-document
key-value store with three nodes
re_run the job please
pat the dog, then live_reload the page
the live_data table has {d4} rows
api-gateway-timeout-504-errors-in-production
Windows11 wants my password again
Office365 asks for a password every hour
we use OAuth2 and SAML2, is a password needed?
WPA2 password is not accepted
{word}@example.com cannot log in
the mail from {word}.{word}{d2}@mail.example.com bounced
2026-11-26T14:{d2}:{d2}Z ERROR {word}.service failed
the meeting is at {d1}:30, room {d3}
my laptop {U3}-{d5} does not boot
{Word} said: it works again
The wall is {d3} x {d3} cm
what is a personal access token?
what is the difference between a secret and a token?
do I need a private key for SSH?
my private key is lost
which key do I have to press to enter the BIOS
license key is missing in the mail
where is the product key on the box?
the wifi password is on the wall
wifi password please
the password is the same as for mail
the password is on a note in room {d3}
the password is sent by mail
my password is saved in the browser
pw vergessen, was tun?
Pass the salt, pass: two, fail: {d1}
tests: {d2} pass, {d1} fail
secret santa is on Friday
the cookie banner does not close
cookie: how do I delete it?
the signature is missing in my mails
signature: Hanako, Desk team
PIN-Code vergessen
Ich habe meine Geheimzahl vergessen
otp is not accepted
OTP does not arrive by SMS
"""


class Harmless(NamedTuple):
    """A text with nothing to hide in it, and the line that it was made from."""

    kind: str
    text: str


def harmless_kinds() -> list[str]:
    """Return the kinds, one after another."""
    return [line for line in _KINDS.splitlines() if line]


def harmless(seed: int, each: int = 5) -> Iterator[Harmless]:
    """Yield texts of each kind."""
    rng = random.Random(seed)
    for kind in harmless_kinds():
        for _ in range(each):
            yield Harmless(kind, fill(kind.replace("\\n", "\n"), rng))
