extension Schemas {
    /// Of what the server answers; times are RFC 3339 in UTC.
    static let answerSchemas = """
        {
          "Problem": {
            "description": "RFC 9457.", "type": "object", "required": ["type", "title", "status", "code", "instance"],
            "properties": {
              "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
              "detail": {"type": "string"}, "instance": {"type": "string"}, "code": {"type": "string"},
              "problems": {
                "type": "array",
                "items": {
                  "type": "object",
                  "properties": {
                    "severity": {"type": "string"}, "path": {"type": "array", "items": {"type": "string"}},
                    "line": {"type": "integer"}, "column": {"type": "integer"}, "message": {"type": "string"},
                    "hint": {"type": "string"}
                  }
                }
              }
            }
          },
          "Time": {"type": "string", "format": "date-time"},
          "Counts": {"type": "object", "additionalProperties": {"type": "integer"}},
          "Run": {
            "type": "object", "required": ["run", "workflow", "status", "submitted", "counts"],
            "properties": {
              "run": {"type": "string"}, "workflow": {"type": "string"}, "source": {"type": "string"},
              "directory": {"type": "string"},
              "status": {"enum": ["running", "paused", "cancelling", "succeeded", "failed", "cancelled"]},
              "submitted": {"$ref": "#/components/schemas/Time"}, "ended": {"$ref": "#/components/schemas/Time"},
              "duration_seconds": {"type": "number"}, "parameters": {"type": "object"},
              "counts": {"$ref": "#/components/schemas/Counts"}
            }
          },
          "RunPage": {
            "type": "object", "required": ["runs", "next_cursor"],
            "properties": {
              "runs": {"type": "array", "items": {"$ref": "#/components/schemas/Run"}},
              "next_cursor": {"type": ["string", "null"]}
            }
          },
          "Resources": {
            "type": "object",
            "properties": {
              "cpu": {"type": "number"}, "memory_bytes": {"type": "integer"}, "gpus": {"type": "integer"},
              "disk_bytes": {"type": "integer"}
            }
          },
          "Attempt": {
            "type": "object", "required": ["number", "status", "started", "grant"],
            "properties": {
              "number": {"type": "integer"},
              "status": {"enum": ["running", "succeeded", "reused", "failed", "stopped", "lost"]},
              "worker": {"type": "integer"}, "started": {"$ref": "#/components/schemas/Time"},
              "ended": {"$ref": "#/components/schemas/Time"}, "grant": {"$ref": "#/components/schemas/Resources"},
              "failure": {"type": "object"}, "usage": {"type": "object"}
            }
          },
          "Attempts": {
            "type": "object", "required": ["attempts"],
            "properties": {"attempts": {"type": "array", "items": {"$ref": "#/components/schemas/Attempt"}}}
          },
          "Task": {
            "type": "object", "required": ["task", "index", "template", "group", "priority", "state", "since"],
            "properties": {
              "task": {"type": "string"}, "index": {"type": "integer"}, "template": {"type": "string"},
              "group": {"type": "boolean"}, "priority": {"type": "integer"},
              "state": {
                "enum": [
                  "blocked", "awaiting_approval", "ready", "running", "backing_off", "succeeded", "failed", "skipped",
                  "cancelled"
                ]
              },
              "since": {"$ref": "#/components/schemas/Time"}, "created": {"$ref": "#/components/schemas/Time"},
              "failure": {"type": "object"}, "because": {"type": ["string", "integer"]},
              "until": {"$ref": "#/components/schemas/Time"}, "question": {"type": "string"},
              "attempts": {"type": "integer"},
              "attempt": {"$ref": "#/components/schemas/Attempt"}
            }
          },
          "TaskPage": {
            "type": "object", "required": ["tasks", "next_cursor"],
            "properties": {
              "tasks": {"type": "array", "items": {"$ref": "#/components/schemas/Task"}},
              "next_cursor": {"type": ["string", "null"]}
            }
          },
          "Approvals": {
            "type": "object", "required": ["approvals"],
            "properties": {
              "approvals": {
                "type": "array",
                "items": {
                  "type": "object", "required": ["run", "workflow", "task", "index", "question", "since"],
                  "properties": {
                    "run": {"type": "string"}, "workflow": {"type": "string"}, "task": {"type": "string"},
                    "index": {"type": "integer"}, "question": {"type": "string"},
                    "since": {"$ref": "#/components/schemas/Time"}
                  }
                }
              }
            }
          },
          "Changes": {
            "type": "object", "required": ["sequence", "status", "tasks"],
            "properties": {
              "sequence": {"type": "integer"}, "status": {"type": "string"},
              "tasks": {"type": "array", "items": {"$ref": "#/components/schemas/Task"}}
            }
          },
          "WorkflowDAG": {
            "type": "object", "required": ["id", "name", "nodes", "edges"],
            "properties": {
              "id": {"type": "string"}, "name": {"type": "string"},
              "nodes": {"type": "array", "items": {"type": "object"}},
              "edges": {
                "type": "array",
                "items": {
                  "type": "object", "properties": {"from": {"type": "integer"}, "to": {"type": "integer"}}
                }
              }
            }
          },
          "Decision": {
            "type": "object", "required": ["decision_id", "number", "run", "task", "attempt", "at", "policy", "reason"],
            "properties": {
              "decision_id": {"type": "string"}, "number": {"type": "integer"}, "run": {"type": "string"},
              "task": {"type": "integer"}, "attempt": {"type": "integer"},
              "at": {"$ref": "#/components/schemas/Time"}, "policy": {"type": "string"}, "reason": {"type": "string"}
            }
          },
          "Decisions": {
            "type": "object", "required": ["decisions"],
            "properties": {"decisions": {"type": "array", "items": {"$ref": "#/components/schemas/Decision"}}}
          },
          "DecisionExplanation": {
            "type": "object", "required": ["decision_id", "made"],
            "properties": {"decision_id": {"type": "string"}, "made": {"type": "boolean"}, "explanation": {}}
          },
          "Predictions": {
            "type": "object", "required": ["predictions"],
            "properties": {"predictions": {"type": "array", "items": {"type": "object"}}}
          },
          "RunMetrics": {"type": "object", "additionalProperties": {"type": ["number", "null"]}},
          "SystemStates": {
            "type": "object", "required": ["states"],
            "properties": {"states": {"type": "array", "items": {"type": "object"}}}
          },
          "Explanation": {"type": "object"},
          "Workflow": {
            "type": "object", "required": ["name", "runs", "last_run", "last_status", "last_submitted"],
            "properties": {
              "name": {"type": "string"}, "runs": {"type": "integer"}, "last_run": {"type": "string"},
              "last_status": {"type": "string"}, "last_submitted": {"$ref": "#/components/schemas/Time"}
            }
          },
          "Workflows": {
            "type": "object", "required": ["workflows"],
            "properties": {"workflows": {"type": "array", "items": {"$ref": "#/components/schemas/Workflow"}}}
          },
          "WorkflowText": {
            "type": "object", "required": ["path", "text"],
            "properties": {"path": {"type": "string"}, "text": {"type": "string"}}
          },
          "Revision": {"type": "object"},
          "Revisions": {
            "type": "object", "required": ["revisions"],
            "properties": {"revisions": {"type": "array", "items": {"$ref": "#/components/schemas/Revision"}}}
          },
          "Firing": {
            "type": "object", "required": ["time", "cause", "state"],
            "properties": {
              "time": {"$ref": "#/components/schemas/Time"}, "cause": {"enum": ["schedule", "manual", "backfill", "trigger"]},
              "backfill": {"type": "string"}, "state": {"enum": ["waiting", "started", "skipped", "refused"]},
              "reason": {"type": "string"}, "run": {"type": "string"}, "run_status": {"type": "string"}
            }
          },
          "FiringPage": {
            "type": "object", "required": ["firings", "next_cursor"],
            "properties": {
              "firings": {"type": "array", "items": {"$ref": "#/components/schemas/Firing"}},
              "next_cursor": {"type": ["string", "null"]}
            }
          },
          "Backfill": {
            "type": "object",
            "required": ["backfill", "from", "to", "max_active_runs", "created", "times", "active_runs", "counts"],
            "properties": {
              "backfill": {"type": "string"}, "from": {"$ref": "#/components/schemas/Time"},
              "to": {"$ref": "#/components/schemas/Time"}, "max_active_runs": {"type": "integer"},
              "created": {"$ref": "#/components/schemas/Time"},
              "times": {"type": "integer", "description": "How many of them it took; others have run, or wait, already."},
              "active_runs": {"type": "integer"}, "counts": {"$ref": "#/components/schemas/Counts"}
            }
          },
          "Schedule": {
            "description": "What was sent, and how it stands; the workflow itself is left out in lists.",
            "type": "object",
            "required": [
              "name", "workflow_name", "cron", "time_zone", "enabled", "max_active_runs", "catchup", "created",
              "next_time", "waiting", "active_runs", "last_firings", "backfills"
            ],
            "properties": {
              "name": {"type": "string"}, "workflow_name": {"type": "string"},
              "workflow": {"type": ["string", "object"]}, "workflow_id": {"type": "string"},
              "parameters": {"type": "object"}, "time_parameter": {"type": "string"}, "cron": {"type": "string"},
              "time_zone": {"type": "string"}, "enabled": {"type": "boolean"}, "max_active_runs": {"type": "integer"},
              "catchup": {"enum": ["none", "latest", "all"]}, "directory": {"type": "string"},
              "created": {"$ref": "#/components/schemas/Time"}, "next_time": {"type": ["string", "null"]},
              "waiting": {"type": "integer"}, "active_runs": {"type": "integer"},
              "last_firings": {"type": "array", "items": {"$ref": "#/components/schemas/Firing"}},
              "backfills": {"type": "array", "items": {"$ref": "#/components/schemas/Backfill"}}
            }
          },
          "Schedules": {
            "type": "object", "required": ["schedules"],
            "properties": {"schedules": {"type": "array", "items": {"$ref": "#/components/schemas/Schedule"}}}
          },
          "Trigger": {
            "description": "What was sent, and how it stands; the workflow itself is left out in lists.",
            "type": "object",
            "required": [
              "name", "workflow_name", "enabled", "max_active_runs", "created", "waiting", "active_runs", "last_firings"
            ],
            "properties": {
              "name": {"type": "string"}, "workflow_name": {"type": "string"},
              "workflow": {"type": ["string", "object"]}, "workflow_id": {"type": "string"},
              "parameters": {"type": "object"}, "directory": {"type": "string"}, "enabled": {"type": "boolean"},
              "max_active_runs": {"type": "integer"}, "webhook": {"type": "object"}, "run_ended": {"type": "object"},
              "files": {"type": "object"},
              "created": {"$ref": "#/components/schemas/Time"}, "waiting": {"type": "integer"},
              "active_runs": {"type": "integer"},
              "last_firings": {"type": "array", "items": {"$ref": "#/components/schemas/Firing"}}
            }
          },
          "Triggers": {
            "type": "object", "required": ["triggers"],
            "properties": {"triggers": {"type": "array", "items": {"$ref": "#/components/schemas/Trigger"}}}
          },
          "Notification": {
            "description": "What was sent, and how it stands.",
            "type": "object", "required": ["name", "on", "enabled", "created", "waiting", "last_deliveries"],
            "properties": {
              "name": {"type": "string"}, "on": {"type": "array", "items": {"type": "string"}},
              "workflow": {"type": "string"}, "webhook": {"type": "object"},
              "command": {"type": ["string", "array"], "items": {"type": "string"}}, "enabled": {"type": "boolean"},
              "created": {"$ref": "#/components/schemas/Time"}, "waiting": {"type": "integer"},
              "last_deliveries": {"type": "array", "items": {"$ref": "#/components/schemas/Delivery"}}
            }
          },
          "Notifications": {
            "type": "object", "required": ["notifications"],
            "properties": {"notifications": {"type": "array", "items": {"$ref": "#/components/schemas/Notification"}}}
          },
          "Delivery": {
            "description": "One message to a receiver, and what came of it.",
            "type": "object", "required": ["delivery", "time", "event", "run", "workflow", "state", "attempts"],
            "properties": {
              "delivery": {"type": "string", "description": "The same however often it is tried."},
              "time": {"$ref": "#/components/schemas/Time"}, "event": {"type": "string"}, "run": {"type": "string"},
              "workflow": {"type": "string"}, "state": {"enum": ["waiting", "delivered", "failed", "skipped"]},
              "attempts": {"type": "integer"}, "next_attempt": {"$ref": "#/components/schemas/Time"},
              "http_status": {"type": "integer"}, "exit_code": {"type": "integer"}, "reason": {"type": "string"},
              "output": {"type": "string"}
            }
          },
          "DeliveryPage": {
            "type": "object", "required": ["deliveries", "next_cursor"],
            "properties": {
              "deliveries": {"type": "array", "items": {"$ref": "#/components/schemas/Delivery"}},
              "next_cursor": {"type": ["string", "null"]}
            }
          },
          "ScheduleResult": {
            "type": "object",
            "required": [
              "task_id", "run", "decision_id", "scheduled_at", "estimated_start_time", "estimated_completion_time",
              "assigned_resources", "confidence"
            ],
            "properties": {
              "task_id": {"type": "string"}, "run": {"type": "string"}, "decision_id": {"type": "string"},
              "scheduled_at": {"$ref": "#/components/schemas/Time"},
              "estimated_start_time": {"type": ["string", "null"]},
              "estimated_completion_time": {"type": ["string", "null"]},
              "assigned_resources": {"type": "object"},
              "confidence": {"type": "number", "minimum": 0, "maximum": 1}
            }
          },
          "RunPriority": {
            "type": "object", "required": ["run", "priority"],
            "properties": {"run": {"type": "string"}, "priority": {"type": "integer"}}
          },
          "Priority": {
            "type": "object", "required": ["task_id", "priority"],
            "properties": {"task_id": {"type": "string"}, "priority": {"type": "integer"}}
          },
          "OptimizationAnalysis": {"type": "object"},
          "ResourcePrediction": {"type": "object"},
          "Forecast": {"type": "object"},
          "Workers": {
            "type": "object", "required": ["workers"],
            "properties": {
              "workers": {"type": "array", "items": {"type": "object"}}, "waiting_tasks": {"type": "integer"},
              "open_runs": {"type": "integer"}
            }
          },
          "Principal": {
            "type": "object", "required": ["id", "name", "role"],
            "properties": {"id": {"type": "string"}, "name": {"type": "string"}, "role": {"type": "string"}}
          },
          "Token": {
            "type": "object", "required": ["access_token", "token_type", "expires_in", "role"],
            "properties": {
              "access_token": {"type": "string"}, "token_type": {"const": "Bearer"}, "expires_in": {"type": "number"},
              "role": {"type": "string"}, "name": {"type": "string"}
            }
          },
          "Key": {
            "type": "object", "required": ["id", "name", "role", "created"],
            "properties": {
              "id": {"type": "string"}, "name": {"type": "string"}, "role": {"type": "string"},
              "created": {"$ref": "#/components/schemas/Time"}, "revoked": {"$ref": "#/components/schemas/Time"}
            }
          },
          "NewKey": {
            "allOf": [{"$ref": "#/components/schemas/Key"}], "required": ["api_key"],
            "properties": {"api_key": {"type": "string"}}
          },
          "Keys": {
            "type": "object", "required": ["keys"],
            "properties": {"keys": {"type": "array", "items": {"$ref": "#/components/schemas/Key"}}}
          },
          "Secret": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
          "Secrets": {
            "type": "object", "required": ["secrets"],
            "properties": {"secrets": {"type": "array", "items": {"type": "string"}}}
          },
          "AuditPage": {
            "type": "object", "required": ["entries", "next_cursor"],
            "properties": {
              "entries": {"type": "array", "items": {"type": "object"}}, "next_cursor": {"type": ["string", "null"]}
            }
          },
          "Health": {
            "type": "object", "required": ["status"],
            "properties": {
              "status": {"type": "string"}, "checks": {"type": "object", "additionalProperties": {"type": "string"}}
            }
          }
        }
        """
}
