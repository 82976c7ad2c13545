"""Made-up secrets of many kinds, as people paste them, and harmless things that look like some.

What stands between « and » is the secret. {A36} are 36 letters and digits, and so on: see `_fill`.
"""

from __future__ import annotations

import random
import re
import string
import uuid
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_CLASSES: Mapping[str, str] = {
    "A": string.ascii_letters + string.digits,
    "L": string.ascii_letters,
    "U": string.ascii_uppercase + string.digits,
    "l": string.ascii_lowercase + string.digits,
    "a": string.ascii_lowercase,
    "h": "0123456789abcdef",
    "H": "0123456789ABCDEF",
    "d": string.digits,
    "b": string.ascii_letters + string.digits + "+/",
    "w": string.ascii_letters + string.digits + "-_",
    "n": string.ascii_uppercase,
    "t": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
}
_WORDS = "river lamp orange summer Dragon tiger Monday coffee Sakura Winter purple Castle".split()
_SENTENCES = (
    "my script stopped working with {} since yesterday",
    "{} is rejected, why?",
    "Hi! I get 403 when I use {}. What should I do?",
    "{}",
    "これを使うとエラーになります：{} どうすればいいですか？",
    "キーは{}です。ログインできません",
    "`{}` does not work any more",
    "```\n{}\n```\nthis fails",
    "Ich bekomme einen Fehler mit {}, was tun?",
    "no puedo entrar con {} desde ayer",
    "je n'arrive pas à me connecter avec {} (erreur 403)",
    "用{}登录失败了怎么办",
    "{}로 로그인이 안 돼요",
    'it says "{}" is unknown',
    "config:\n  value: {}\nand then it fails",
)

# Keys and tokens that tell what they are; they stand in a sentence of any language.
TOKENS: Mapping[str, str] = {
    "AWS access key": "«AKIA{t16}»",
    "AWS temporary key": "«ASIA{t16}»",
    "AWS session token": "«IQoJb3JpZ2luX2Vj{b300}»",
    "AWS older session token": "«FwoGZXIvYXdzE{b260}»",
    "AWS Bedrock key": "«ABSK{b128}»",
    "Google API key": "«AIza{w35}»",
    "Google access token": "«ya29.a0{w120}»",
    "Google refresh token": "«1//0{w60}»",
    "Google client secret": "«GOCSPX-{w28}»",
    "Azure client secret": "«{A3}8Q~{w34}»",
    "Azure storage key": "«{b76}+ASt{b5}Q==»",
    "Azure Cosmos key": "«{b76}ACDb{b5}Q==»",
    "Azure OpenAI key": "«{A52}JQQJ99{A26}»",
    "Azure DevOps token": "«{A76}AZDO{A4}»",
    "Alibaba key": "«LTAI5t{A18}»",
    "DigitalOcean token": "«dop_v1_{h64}»",
    "DigitalOcean OAuth": "«doo_v1_{h64}»",
    "Heroku key": "«HRKU-AA{w58}»",
    "Fly.io token": "«fo1_{w43}»",
    "Fly.io macaroon": "«fm2_{b120}==»",
    "Netlify token": "«nfp_{A36}»",
    "Supabase key": "«sbp_{h40}»",
    "Scalingo token": "«tk-us-{w48}»",
    "PlanetScale token": "«pscale_tkn_{A43}»",
    "PlanetScale password": "«pscale_pw_{A43}»",
    "GitHub personal token": "«ghp_{A36}»",
    "GitHub OAuth token": "«gho_{A36}»",
    "GitHub app token": "«ghs_{A36}»",
    "GitHub refresh token": "«ghr_{A36}»",
    "GitHub fine-grained token": "«github_pat_{A22}_{A59}»",
    "GitLab personal token": "«glpat-{w20}»",
    "GitLab routable token": "«glpat-{w27}.01.{l9}»",
    "GitLab runner token": "«glrt-{w20}»",
    "GitLab deploy token": "«gldt-{w20}»",
    "GitLab job token": "«glcbt-64_{w20}»",
    "GitLab trigger token": "«glptt-{h40}»",
    "Bitbucket app password": "«ATBB{A32}»",
    "Atlassian token": "«ATATT3xFfG{w160}={H8}»",
    "npm token": "«npm_{A36}»",
    "PyPI token": "«pypi-AgEIcHlwaS5vcmc{w150}»",
    "RubyGems key": "«rubygems_{h48}»",
    "NuGet key": "«oy2{l43}»",
    "Docker token": "«dckr_pat_{w27}»",
    "crates.io token": "«cio{A32}»",
    "Artifactory key": "«AKCp{A69}»",
    "SonarQube token": "«sqp_{h40}»",
    "CircleCI token": "«CCIPAT_{A22}_{h40}»",
    "Buildkite token": "«bkua_{h40}»",
    "Terraform token": "«{A14}.atlasv1.{w64}»",
    "Pulumi token": "«pul-{h40}»",
    "Doppler token": "«dp.pt.{A43}»",
    "Vault token": "«hvs.{w95}»",
    "Vault batch token": "«hvb.{w140}»",
    "Infracost key": "«ico-{A32}»",
    "1Password service token": "«ops_eyJ{b260}»",
    "1Password secret key": "«A3-{U6}-{U6}-{U5}-{U5}-{U5}»",
    "age key": "«AGE-SECRET-KEY-1{t58}»",
    "Tailscale key": "«tskey-auth-k{A10}CNTRL-{A32}»",
    "Octopus key": "«API-{U26}»",
    "OpenShift token": "«sha256~{w43}»",
    "Databricks token": "«dapi{h32}-2»",
    "Slack bot token": "«xoxb-{d12}-{d13}-{A24}»",
    "Slack user token": "«xoxp-{d12}-{d12}-{d13}-{h32}»",
    "Slack app token": "«xapp-1-A{U10}-{d13}-{h64}»",
    "Slack config token": "«xoxe.xoxp-1-{A163}»",
    "Slack cookie": "«xoxd-{A60}%2B{A40}%3D»",
    "Slack webhook": "«https://hooks.slack.com/services/T{U10}/B{U10}/{A24}»",
    "Teams webhook": (
        "«https://desk.webhook.office.com/webhookb2/{u}@{u}/IncomingWebhook/{h32}/{u}»"
    ),
    "Discord bot token": "«M{A23}.{A6}.{w38}»",
    "Discord webhook": "«https://discord.com/api/webhooks/{d18}/{w68}»",
    "Telegram token": "«{d10}:AA{w33}»",
    "Linear key": "«lin_api_{A40}»",
    "Notion token": "«ntn_{d11}{A35}»",
    "Notion older token": "«secret_{A43}»",
    "Airtable token": "«pat{A14}.{h64}»",
    "Figma token": "«figd_{w40}»",
    "Typeform token": "«tfp_{A43}_{A14}»",
    "HubSpot token": "«pat-na1-{u}»",
    "Postman key": "«PMAK-{h24}-{h34}»",
    "ReadMe key": "«rdme_{l70}»",
    "Contentful token": "«CFPAT-{w43}»",
    "Sentry token": "«sntryu_{h64}»",
    "Grafana service token": "«glsa_{A32}_{h8}»",
    "Grafana cloud token": "«glc_{b100}»",
    "New Relic key": "«NRAK-{U27}»",
    "Dynatrace token": "«dt0c01.{U24}.{U64}»",
    "Stripe secret key": "«sk_live_{A99}»",
    "Stripe restricted key": "«rk_live_{A24}»",
    "Stripe webhook secret": "«whsec_{A32}»",
    "Square token": "«EAAA{w60}»",
    "Square secret": "«sq0csp-{w43}»",
    "Plaid token": "«access-production-{u}»",
    "Razorpay key": "«rzp_live_{A14}»",
    "EasyPost key": "«EZAK{A54}»",
    "Shippo token": "«shippo_live_{h40}»",
    "Shopify token": "«shpat_{h32}»",
    "Facebook token": "«EAAC{A150}»",
    "Twitter bearer token": "«AAAAAAAAAAAAAAAAAAAAAL{A30}%3D{A50}»",
    "Dropbox token": "«sl.{w135}»",
    "OpenAI project key": "«sk-proj-{w74}T3BlbkFJ{w74}»",
    "OpenAI key": "«sk-{A20}T3BlbkFJ{A20}»",
    "Anthropic key": "«sk-ant-api03-{w93}AA»",
    "OpenRouter key": "«sk-or-v1-{h64}»",
    "LangSmith key": "«lsv2_pt_{h32}_{h10}»",
    "DeepSeek key": "«sk-{h32}»",
    "Hugging Face token": "«hf_{L34}»",
    "Replicate token": "«r8_{A37}»",
    "Groq key": "«gsk_{A52}»",
    "xAI key": "«xai-{A80}»",
    "Perplexity key": "«pplx-{A48}»",
    "NVIDIA key": "«nvapi-{w64}»",
    "Pinecone key": "«pcsk_{A6}_{A60}»",
    "SendGrid key": "«SG.{w22}.{w43}»",
    "Brevo key": "«xkeysib-{h64}-{A16}»",
    "Mailgun key": "«key-{h32}»",
    "Mailgun newer key": "«{h32}-{h8}-{h8}»",
    "Mailchimp key": "«{h32}-us14»",
    "Resend key": "«re_{A8}_{A24}»",
    "Twilio key": "«SK{h32}»",
    "Mapbox secret token": "«sk.eyJ1{A60}.{w22}»",
    "MaxMind key": "«{A6}_{A29}_mmk»",
    "JSON web token": "«eyJhbGciOiJIUzI1NiJ9.eyJzdWIi{w60}.{w43}»",
    "JSON web token, long": "«eyJ0eXAiOiJKV1Qi{w20}.eyJpc3Mi{w400}.{w342}»",
    "encrypted web token": "«eyJhbGciOiJSU0Et{w60}.{w342}.{w16}.{w200}.{w22}»",
    "one-time code address": "«otpauth://totp/Desk:hanako?secret={t32}&issuer=Desk»",
    "BitLocker recovery key": "«{d6}-{d6}-{d6}-{d6}-{d6}-{d6}-{d6}-{d6}»",
    "card number": "«{card}»",
}

# Secrets that something beside them tells. A line may have several texts, with | between.
IN_CONTEXT: Mapping[str, str] = {
    "AWS pair": "AKIA{t16} / «{b40}» stopped working|AKIA{t16}と«{b40}»を使っています",
    "AWS secret in words": "secret access key: «{b40}»|シークレットアクセスキーは«{b40}»です",
    "AWS credentials file": "[default]\naws_access_key_id = AKIA{t16}\naws_secret_access_key = «{b40}»",
    "RSA key": "-----BEGIN RSA PRIVATE KEY-----\n«{b64}\n{b64}\n{b40}=»\n-----END RSA PRIVATE KEY-----",
    "PKCS 8 key": "-----BEGIN PRIVATE KEY-----\n«{b64}\n{b64}\n{b41}=»\n-----END PRIVATE KEY-----\nhelp",
    "encrypted key": "-----BEGIN ENCRYPTED PRIVATE KEY-----\n«{b64}\n{b20}»\n-----END ENCRYPTED PRIVATE KEY-----",
    "EC key": "-----BEGIN EC PRIVATE KEY-----\n«{b64}\n{b50}==»\n-----END EC PRIVATE KEY-----",
    "OpenSSH key": "-----BEGIN OPENSSH PRIVATE KEY-----\n«b3BlbnNzaC1rZXktdjEA{b50}\n{b70}»\n-----END OPENSSH PRIVATE KEY-----",
    "PGP key": "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 2\n\n«{b64}\n{b64}\n=Ab3d»\n-----END PGP PRIVATE KEY BLOCK-----",
    "key in one line": '"private_key": "-----BEGIN PRIVATE KEY-----\\n«{b64}\\n{b64}\\n{b20}==»\\n-----END PRIVATE KEY-----\\n"',
    "key in one line with spaces": "-----BEGIN RSA PRIVATE KEY----- «{b64} {b64} {b30}» -----END RSA PRIVATE KEY----- is it ok?",
    "truncated key": "-----BEGIN RSA PRIVATE KEY-----\n«{b64}\n{b64}\n{b30}»",
    "truncated key with a question": "-----BEGIN OPENSSH PRIVATE KEY-----\n«{b70}\n{b70}»\n\nwhy does this not work?",
    "key without its beginning": "«{b64}\n{b64}\n{b20}==»\n-----END RSA PRIVATE KEY-----",
    "PuTTY key": "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n«{b40}»\nPrivate-MAC: {h64}",
    "key body": "«MIIEpAIBAAKCAQEA{b48}\n{b64}\n{b64}»",
    "key in Base64": "tls.key: «LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQ{b120}»",
    "WireGuard key": "[Interface]\nPrivateKey = «{b42}Q=»\nAddress = 10.0.0.2/32",
    "JSON web key": '{{"kty":"RSA","n":"{w86}","d":"«{w86}»"}}',
    "Postgres address": "postgres://app:«{p}»@db.example.com:5432/shop",
    "MySQL address": "mysql+pymysql://root:«{p}»@127.0.0.1/shop fails",
    "MongoDB address": "mongodb+srv://admin:«{p}»@cluster0.ab1cd.mongodb.net/test",
    "Redis address": "redis://:«{p}»@cache.internal:6379/0|rediss://default:«{p}»@cache.example.com",
    "AMQP address": "amqps://guest:«{p}»@queue.example.com/vhost が落ちる",
    "web address": "https://hanako:«{p}»@git.example.com/team/repo.git",
    "JDBC parameters": "jdbc:mysql://db:3306/shop?user=root&password=«{p}»",
    "SQL Server string": "Server=tcp:db.example.com,1433;User ID=sa;Password=«{p}»;Encrypt=True",
    "ODBC string": "DRIVER=x;SERVER=db;UID=sa;PWD=«{p}»",
    "Oracle address": "jdbc:oracle:thin:scott/«{p}»@//db:1521/XE",
    "Go database address": "root:«{p}»@tcp(127.0.0.1:3306)/shop",
    "Azure storage string": "DefaultEndpointsProtocol=https;AccountName=desk;AccountKey=«{b86}==»;EndpointSuffix=core.windows.net",
    "Service Bus string": "Endpoint=sb://desk.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=«{b43}=»",
    "SMTP address": "smtp://mailer%40example.com:«{p}»@smtp.example.com:587",
    "token in a web address": "git clone https://x-access-token:«{A40}»@github.com/desk/desk.git",
    "bearer header": "Authorization: Bearer «{A32}.{A20}»|curl -H 'Authorization: Bearer «{w40}»' https://api.example.com",
    "basic header": "Authorization: Basic «{b38}==»",
    "token header": 'headers = {{"Authorization": "Token «{h40}»"}}',
    "API key header": 'curl -H "x-api-key: «{A32}»" https://api.example.com/v1',
    "GitLab header": "PRIVATE-TOKEN: «{w22}» gives 401",
    "subscription key header": "Ocp-Apim-Subscription-Key: «{h32}»",
    "Vault header": 'X-Vault-Token: «{A26}»',
    "cookie header": "Cookie: session=«{w64}»|Set-Cookie: sessionid=«{l32}»; Path=/; HttpOnly",
    "signature header": "Authorization: AWS4-HMAC-SHA256 Credential=AKIA{t16}/20261126/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=«{h64}»",
    "curl user": "curl -u hanako:«{p}» https://api.example.com|curl --user admin:«{p}» https://x.example.com",
    "mysql flag": "mysql -u root -p«{p}» shop",
    "password flag": "desk login --user hanako --password «{p}»|desk login --password=«{p}» --force",
    "token flag": "helm upgrade --token «{A32}»|gh auth --with-token=«{A40}»",
    "docker flag": "docker login -u hanako -p «{p}» registry.example.com",
    "sshpass flag": "sshpass -p «{p}» ssh root@10.0.0.5|sshpass -p'«{p}»' ssh root@10.0.0.5",
    "redis flag": "redis-cli -h cache -a «{p}» ping",
    "ldap flag": "ldapsearch -x -D cn=admin -w «{p}» -b dc=example",
    "smbclient flag": "smbclient //files/share -U hanako%«{p}»",
    "PowerShell flag": "Connect-Desk -User hanako -Password «{p}»",
    "secure string": 'ConvertTo-SecureString "«{p}»" -AsPlainText -Force',
    "piped password": "echo «{p}» {pipe} docker login --password-stdin",
    "net user": "net user hanako «{p}» /add",
    "keytool flag": "keytool -importkeystore -storepass «{p}» -keystore a.jks",
    "openssl flag": "openssl rsa -in a.pem -passin pass:«{p}»",
    "remote desktop flag": "xfreerdp /v:10.0.0.5 /u:hanako /p:«{p}»",
    "env line": "DB_PASSWORD=«{p}»|export PGPASSWORD='«{p}»'|MYSQL_ROOT_PASSWORD=«{p}»\nMYSQL_DATABASE=shop",
    "env token": "DESK_API_TOKEN=«{A32}»|SECRET_KEY=«{w50}»",
    "env with a vendor": "DATADOG_API_KEY=«{h32}»|ALGOLIA_ADMIN_KEY=«{h32}»|OKTA_CLIENT_SECRET=«{w40}»",
    "JSON": '{{"user": "hanako", "password": "«{p}»"}}|{{"clientSecret":"«{w36}»","id":7}}',
    "YAML": "database:\n  username: app\n  password: «{p}»\n  port: 5432|api_key: «{A32}»",
    "TOML": 'password = "«{p}»"|api_token = "«{A40}»"',
    "properties": "spring.datasource.password=«{p}»|mail.smtp.pass=«{p}»",
    "XML element": "<username>hanako</username><password>«{p}»</password>",
    "XML attribute": '<add key="Password" value="«{p}»" />',
    "Python": 'connect(user="app", password="«{p}»")|os.environ["API_KEY"] = "«{A32}»"',
    "JavaScript": "const apiKey = '«{A32}»';|password: '«{p}»',",
    "PHP": "'password' => '«{p}»',",
    "Ruby": ":password => \"«{p}»\"",
    "netrc": "machine api.example.com login hanako password «{p}»",
    "Kubernetes secret": "kind: Secret\ndata:\n  password: «{b22}==»",
    "parameter token": "https://example.com/cb?token=«{A32}»&state=1|https://example.com/#access_token=«{w40}»&type=x",
    "parameter key": "https://maps.example.com/api?api_key=«{A32}»",
    "parameter sig": "https://desk.blob.core.windows.net/a?sv=2024-01-01&sp=r&sig=«{A40}%3D»",
    "presigned address": "https://b.s3.amazonaws.com/k?X-Amz-Expires=300&X-Amz-Signature=«{h64}»",
    "reset link": "https://desk.example.com/reset?reset_token=«{w32}»",
    "is": "my password is «{p}»|My new password is «{p}» and it fails|the password for the wifi is «{p}»",
    "colon": "password: «{p}»|pw: «{p}»|user: hanako pass: «{p}»|Password:«{p}»",
    "equals": "login fails with password=«{p}»|pwd = «{p}»",
    "beside": "I log in with password «{p}» and it fails|passcode «{p}» does not work",
    "before": "«{p}» is my password, why is it refused?|«{p}»がパスワードです",
    "quoted": 'my password is "«{p}»".|the password (\'«{p}»\') fails|password: `«{p}»`',
    "English PIN": "my PIN is «{d4}»|PIN: «{d6}» is refused",
    "Japanese": "パスワードは«{p}»です|パスワード：«{p}»でログインできません|パスワード「«{p}»」が違うと言われます",
    "Japanese particle": "パスワードが«{p}»なのですが|パスは«{p}»、IDはhanakoです|PWは«{p}»",
    "Japanese PIN": "暗証番号は«{d4}»です|暗証番号：«{d6}»で通りません",
    "Japanese key": "APIキーは«{A32}»です|トークン：«{A32}»が使えません|シークレットは«{b40}»",
    "Chinese": "密码是«{p}»，登录不了|我的密码：«{p}»|密碼為«{p}»",
    "Korean": "비밀번호는 «{p}»입니다|비번: «{p}» 인데 안 돼요",
    "Spanish": "mi contraseña es «{p}» y no funciona|contraseña: «{p}»",
    "French": "mon mot de passe est «{p}» mais ça ne marche pas|mot de passe : «{p}»",
    "German": "mein Passwort lautet «{p}», geht nicht|Kennwort: «{p}»|das Passwort ist «{p}»",
    "Portuguese": "minha senha é «{p}» e não entra|senha: «{p}»",
    "Italian": "la mia password è «{p}» ma non va",
    "Russian": "мой пароль «{p}» не подходит|пароль: «{p}»",
    "Vietnamese": "mật khẩu của tôi là «{p}»|mật khẩu: «{p}»",
    "wide letters": "ｐａｓｓｗｏｒｄ：«{wide}»|パスワードは«{wide}»です",
    "unseen marks": "password is «{unseen}» ok",
    "API key in words": "my API key is «{A32}»|API key «{h32}» is refused|the Algolia key: «{h32}»",
    "uuid as a key": "API key: «{u}»|heroku token is «{u}»",
    "token in words": "the access token is «{A40}»|token «{w40}» expired",
    "login pair": "credentials: hanako / «{p}»|login: admin/«{p}»|ログイン情報：hanako / «{p}»",
    "recovery codes": "recovery codes: «{h5}-{h5}»|バックアップコード：«{d4} {d4}»|my backup code is «{d8}»",
    "one-time code": "the verification code is «{d6}»|認証コードは«{d6}»です|OTP: «{d6}»",
    "seed phrase": "my recovery phrase: «{seed}»",
    "TOTP secret": "setup key: «{t32}»|otpauth secret=«{t32}»",
    "Wi-Fi code": "WIFI:S:Desk;T:WPA;P:«{A12}»;;",
    "password hash": "root:«$6${A8}${A86}»:19000|hash «$2b$12${A53}»",
    "card in words": "my credit card «{plaincard}» was refused|カード番号は«{plaincard}»です",
}


class Pasted(NamedTuple):
    """A text, and the secret in it (an empty one, if there is none)."""

    kind: str
    text: str
    secret: str


def secrets(seed: int, each: int = 20) -> Iterator[Pasted]:
    """Yield texts with a secret of each kind in them."""
    rng = random.Random(seed)
    for kind, template in TOKENS.items():
        for number in range(each):
            sentence = _SENTENCES[number % len(_SENTENCES)]
            yield _pasted(kind, sentence.replace("{}", _fill(template, rng)))
    for kind, template in IN_CONTEXT.items():
        texts = template.split("|")
        for number in range(each):
            yield _pasted(kind, _fill(texts[number % len(texts)], rng))


def fill(template: str, rng: random.Random) -> str:
    """Return a text with made-up values in the places of a template."""
    return _fill(template, rng)


def _pasted(kind: str, text: str) -> Pasted:
    before, _, rest = text.partition("«")
    secret, _, after = rest.partition("»")
    return Pasted(kind, before + secret + after, secret)


def _fill(template: str, rng: random.Random) -> str:
    def made(match: re.Match[str]) -> str:
        what, count = match.groups()
        if what in _CLASSES and count:
            return "".join(rng.choices(_CLASSES[what], k=int(count)))
        return _SPECIAL[what](rng) if what in _SPECIAL else match[0]

    return re.sub(r"\{([a-zA-Z]+?)(\d*)\}", made, template).replace("{{", "{").replace("}}", "}")


def _password(rng: random.Random) -> str:
    word = rng.choice(_WORDS)
    leet = word.translate(str.maketrans("aeio", "4310"))
    number = str(rng.randrange(10, 2030))
    signs = "".join(rng.choices(string.ascii_letters + string.digits + "!#%*+=?_-", k=12))
    return rng.choice(
        (word + number, word.capitalize() + number + "!", f"{leet}#{number}", f"{word}_{number}",
         f"{word}-{rng.choice(_WORDS)}-{number}", "x" + signs + "7", f"{number}{word}{number}",
         f"P@ssw0rd{number}", f"{word.capitalize()}&{number}$")
    )  # fmt: skip


def _card(rng: random.Random, between: str = " ") -> str:
    digits = [rng.choice((4, 5)), *(rng.randrange(10) for _ in range(14))]
    doubled = sum(2 * d - 9 * (d > 4) for d in digits[::2])
    digits.append(-(doubled + sum(digits[1::2])) % 10)
    text = "".join(map(str, digits))
    return between.join(text[at : at + 4] for at in range(0, 16, 4))


_SEED_WORDS = (
    "abandon abstract acid actor adjust alarm album anchor apple arena balance bamboo banner "
    "basket beauty bench blanket bridge camera canyon carbon castle cereal cherry circle clock"
).split()
_SPECIAL = {
    "pipe": lambda rng: "|",
    "p": _password,
    "u": lambda rng: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    "card": _card,
    "plaincard": lambda rng: _card(rng, ""),
    "wide": lambda rng: "".join(chr(ord(c) + 0xFEE0) for c in _password(rng)),
    "unseen": lambda rng: "\u200b".join(_password(rng)),
    "seed": lambda rng: " ".join(rng.choices(_SEED_WORDS, k=12)),
    "word": lambda rng: rng.choice(_WORDS).lower(),
    "Word": lambda rng: rng.choice(_WORDS).capitalize(),
}
