-- The problem code beside the reason why a webhook fails or is disabled. Null: no reason, or one that an earlier release noted.
ALTER TABLE webhooks ADD COLUMN problem TEXT;
