-- Indexes to filter the log of actions by action, also for one user. Only calls of administrators write here.
CREATE INDEX actions_by_action ON actions (action, at, id);
CREATE INDEX actions_by_user_and_action ON actions (user, action, at, id);
