"""Slack's limits, each with the page that states it.

Limits that the bot sets for itself are defined where they are used.
"""

# Blocks: https://docs.slack.dev/reference/block-kit/blocks
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100

# Text in a message's blocks. Undocumented: above it Slack answers msg_blocks_too_long
# (https://github.com/slackapi/bolt-js/issues/2509).
MESSAGE_BLOCKS_CHARS = 13_200

# https://docs.slack.dev/reference/methods/chat.update
UPDATE_TEXT_CHARS = 4000

# https://docs.slack.dev/reference/block-kit/composition-objects/text-object
TEXT_CHARS = 3000

# https://docs.slack.dev/reference/block-kit/blocks/header-block
HEADER_CHARS = 150

# https://docs.slack.dev/reference/block-kit/blocks/table-block, which allows one per message
TABLE_ROWS = 100
TABLE_COLUMNS = 20

# https://docs.slack.dev/reference/block-kit/block-elements/button-element
BUTTON_LABEL_CHARS = 75
BUTTON_VALUE_CHARS = 2000
URL_CHARS = 3000

# https://docs.slack.dev/reference/block-kit/block-elements/checkboxes-element
CHECKBOXES = 10
# https://docs.slack.dev/reference/block-kit/composition-objects/option-object
OPTION_CHARS = 75

# https://docs.slack.dev/tools/node-slack-sdk/reference/types/interfaces/RichTextList
LIST_INDENT = 8

# https://docs.slack.dev/reference/views/modal-views
MODAL_TITLE_CHARS = 24

# https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts
SUGGESTED_PROMPTS = 4

# How often a response_url can be used:
# https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
RESPONSES = 5

# https://docs.slack.dev/apis/web-api/pagination recommends no more per page.
PAGE_SIZE = 200

# A temporary code of https://docs.slack.dev/authentication/installing-with-oauth expires then.
OAUTH_CODE_SECONDS = 600
