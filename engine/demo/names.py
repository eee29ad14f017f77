"""The names under which the sample company sends its data: those of the starter workspace's rules/catalog.yaml."""

ACTIVE_USERS, UPTIME, NPS = "active_users", "uptime", "nps"
METRICS = (ACTIVE_USERS, UPTIME, NPS)

LOGIN = "login"
FEATURE_USED = "feature_used"
INTEGRATION_ERROR = "integration_error"
INTEGRATION_REMOVED = "integration_removed"
DATA_EXPORTED = "data_exported"
MEETING_HELD = "meeting_held"
TICKET_OPENED = "ticket_opened"
FEEDBACK = "feedback"
NEWSLETTER_OPENED = "newsletter_opened"
EVENT_ATTENDED = "event_attended"
REFERRAL_GIVEN = "referral_given"
INVOICE_OVERDUE = "invoice_overdue"
PAYMENT_FAILED = "payment_failed"

LEADERSHIP_CHANGE = "leadership_change"
PAYMENT_DATE_CHANGE = "payment_date_change"
BILLING_QUESTION = "billing_question"
OFFICE_MOVE = "office_move"
COMPANY_HOLIDAY = "company_holiday"

CHURNED, RENEWED = "churned", "renewed"

STARTER, PRO, SCALE = "starter", "pro", "scale"
SMB, MID, ENTERPRISE = "smb", "mid", "enterprise"
GUIDED, SELF_SERVE = "guided", "self-serve"
"""How a new customer is set up."""
ONBOARDING, BILLING = "onboarding", "billing"
"""Pools that playbooks give tasks to."""

EVENT_PROPERTIES = (
    *("minutes", "feature", "system", "scope", "kind", "priority"),
    *("mood", "about", "title", "company", "days", "amount"),
)
FACT_PROPERTIES = ("role", "who", "was", "now", "about", "city")

FEATURES = (
    *("boards", "reports", "approvals", "calendar", "mobile", "automations"),
    *("dashboards", "forms", "api", "audit trail"),
)
"""In the order in which customers take them up."""
SYSTEMS = ("CRM", "calendar", "single sign-on", "ERP", "data warehouse")
