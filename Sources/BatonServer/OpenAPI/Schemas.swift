import BatonCore
import BatonFormats

/// What bodies look like, as JSON schemas (draft 2020-12).
enum Schemas {
    static let all: Value = {
        guard case .map(let requests) = read(requestSchemas), case .map(let answers) = read(answerSchemas) else {
            preconditionFailure("schemas are objects")
        }
        return .map(requests + answers)
    }()

    /// Of what is written in this program.
    static func read(_ text: String) -> Value {
        do {
            return try JSONInput.read(text)
        } catch {
            preconditionFailure("a schema is not JSON: line \(error.line): \(error.message)")
        }
    }

    private static let requestSchemas = """
        {
          "Any": {"description": "Any JSON."},
          "Text": {"type": "string"},
          "WorkflowDocument": {
            "description": "A workflow, as `baton schema` describes it.", "type": "object", "required": ["name", "tasks"],
            "properties": {"name": {"type": "string"}, "tasks": {"type": "object"}}
          },
          "RunRequest": {
            "description": "A workflow as JSON, or an object with `workflow` and what belongs to the run.",
            "type": "object",
            "properties": {
              "workflow": {"type": ["string", "object"], "description": "YAML text, or a workflow."},
              "parameters": {"type": "object"},
              "directory": {"type": "string", "pattern": "^/", "description": "Absolute, on the server."},
              "source": {"type": "string"},
              "priority": {"type": "integer", "minimum": 0, "maximum": 100}
            }
          },
          "ActionRequest": {
            "type": "object", "additionalProperties": false,
            "properties": {"force": {"type": "boolean"}}
          },
          "TaskSpec": {
            "type": "object", "additionalProperties": false,
            "properties": {
              "id": {"type": "string"}, "name": {"type": "string"}, "type": {"type": "string"},
              "priority": {"type": "integer", "minimum": 0, "maximum": 100},
              "dependencies": {
                "description": "`task_id` of tasks that were scheduled before.",
                "type": "array", "items": {"type": "string"}
              },
              "command": {
                "description": "A script for the shell, or a program and its arguments.",
                "type": ["string", "array"], "minLength": 1, "minItems": 1, "items": {"type": "string"}
              },
              "resource_requirements": {
                "type": "object", "additionalProperties": false,
                "properties": {
                  "cpu_cores": {"type": "number", "minimum": 0.1, "maximum": 1000000},
                  "memory_gb": {"type": "number", "minimum": 0.1, "maximum": 1000000000},
                  "disk_gb": {"type": "number", "minimum": 0, "maximum": 1000000000},
                  "gpu_count": {"type": "integer", "minimum": 0, "maximum": 1000000}
                }
              },
              "metadata": {"type": "object", "description": "`command` may stand here, too."}
            }
          },
          "ScheduleRequest": {
            "type": "object", "additionalProperties": false, "required": ["task"],
            "properties": {
              "task": {"$ref": "#/components/schemas/TaskSpec"},
              "constraints": {
                "type": "object", "additionalProperties": false,
                "properties": {
                  "deadline_seconds": {"type": "number", "minimum": 0.001, "maximum": 3000000000},
                  "timeout_seconds": {"type": "number", "minimum": 0.001, "maximum": 3000000000},
                  "max_retries": {"type": "integer", "minimum": 0, "maximum": 100}
                }
              }
            }
          },
          "PriorityRequest": {
            "type": "object", "additionalProperties": false, "required": ["priority"],
            "properties": {"priority": {"type": "integer", "minimum": 0, "maximum": 100}}
          },
          "ReviewRequest": {
            "type": "object", "additionalProperties": false, "required": ["decision"],
            "properties": {
              "decision": {"enum": ["approve", "reject"]}, "comment": {"type": "string", "maxLength": 2000}
            }
          },
          "AnalyzeRequest": {
            "description": "A workflow as JSON, or an object with `workflow`.", "type": "object",
            "properties": {
              "workflow": {"type": ["string", "object"]},
              "optimizations": {
                "description": "Findings by their ids: the answer has the text as it would be with them, too.",
                "type": "array", "items": {"type": "string"}
              },
              "alone": {"description": "As if no other run went on.", "type": "boolean", "default": false}
            }
          },
          "ApplyRequest": {
            "type": "object", "additionalProperties": false, "required": ["workflow_id", "optimizations"],
            "properties": {
              "workflow_id": {"type": "string", "minLength": 1},
              "optimizations": {"type": "array", "items": {"type": "string"}, "minItems": 1}
            }
          },
          "PredictRequest": {
            "type": "object", "additionalProperties": false, "required": ["task_spec"],
            "properties": {
              "task_spec": {"$ref": "#/components/schemas/TaskSpec"},
              "context": {
                "type": "object", "additionalProperties": false, "properties": {"workflow": {"type": "string"}}
              }
            }
          },
          "SimulationRequest": {
            "description": "One of `workflow`, `run` and `last`. An experiment names two policies.",
            "type": "object", "additionalProperties": false,
            "oneOf": [{"required": ["workflow"]}, {"required": ["run"]}, {"required": ["last"]}],
            "properties": {
              "workflow": {"type": "string", "description": "YAML text."},
              "run": {"type": "string", "description": "The id of a recorded run, or `latest`."},
              "last": {
                "description": "So many of the newest runs that have ended, each when it came, on this machine as it was.",
                "type": "integer", "minimum": 1, "maximum": 1000
              },
              "workflow_name": {"type": "string", "description": "Of `last`: only runs of this workflow."},
              "since": {
                "description": "Of `last`: only runs that came at this time or later.",
                "type": "string", "format": "date-time"
              },
              "policies": {"type": "array", "items": {"type": "string"}, "description": "All of them by default."},
              "baseline": {"type": "string", "default": "fifo"},
              "workers": {"type": "integer", "minimum": 1, "maximum": 10000},
              "cpu_cores": {"type": "number", "minimum": 0.1, "maximum": 4096, "description": "Of each worker."},
              "memory_gb": {"type": "number", "minimum": 0.1, "maximum": 1000000, "description": "Of each worker."},
              "seeds": {"type": "integer", "minimum": 1, "maximum": 1000},
              "seed": {"type": "integer", "minimum": 0},
              "duration_cv": {
                "description": "How much durations vary: standard deviation over mean.",
                "type": "number", "minimum": 0, "maximum": 10, "default": 0
              },
              "estimate_error": {
                "description": "What policies are told of durations is off by up to this factor.",
                "type": "number", "minimum": 0.01, "maximum": 100, "default": 1
              }
            }
          },
          "TokenRequest": {
            "type": "object", "additionalProperties": false, "properties": {"api_key": {"type": ["string", "null"]}}
          },
          "KeyRequest": {
            "type": "object", "additionalProperties": false, "required": ["name", "role"],
            "properties": {
              "name": {"type": "string", "minLength": 1, "maxLength": 100},
              "role": {"enum": ["viewer", "operator", "admin"]}
            }
          },
          "ScheduleDefinition": {
            "description": "Either `workflow` or `workflow_id`.",
            "type": "object", "additionalProperties": false, "required": ["cron"],
            "oneOf": [{"required": ["workflow"]}, {"required": ["workflow_id"]}],
            "properties": {
              "workflow": {"type": ["string", "object"], "description": "YAML text, or a workflow."},
              "workflow_id": {
                "type": "string", "description": "The name of a workflow that ran here: its newest revision each time."
              },
              "parameters": {"type": "object"},
              "time_parameter": {
                "description": "The parameter that gets the time, in UTC; `scheduled_time` where there is such a one.",
                "type": "string"
              },
              "cron": {"type": "string", "description": "Minute, hour, day, month, weekday; or @daily and the like."},
              "time_zone": {"type": "string", "default": "UTC", "description": "As Europe/Berlin."},
              "enabled": {"type": "boolean", "default": true},
              "max_active_runs": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1},
              "catchup": {
                "description": "What happens to times at which the server did not run.",
                "enum": ["none", "latest", "all"], "default": "latest"
              },
              "directory": {"type": "string", "pattern": "^/", "description": "Absolute, on the server."}
            }
          },
          "TriggerDefinition": {
            "description": "Either `workflow` or `workflow_id`, and one of `webhook`, `run_ended` and `files`.",
            "type": "object", "additionalProperties": false,
            "allOf": [
              {"oneOf": [{"required": ["workflow"]}, {"required": ["workflow_id"]}]},
              {"oneOf": [{"required": ["webhook"]}, {"required": ["run_ended"]}, {"required": ["files"]}]}
            ],
            "properties": {
              "workflow": {"type": ["string", "object"], "description": "YAML text, or a workflow."},
              "workflow_id": {
                "type": "string", "description": "The name of a workflow that ran here: its newest revision each time."
              },
              "parameters": {"type": "object"},
              "directory": {"type": "string", "pattern": "^/", "description": "Absolute, on the server."},
              "max_active_runs": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 10},
              "enabled": {"type": "boolean", "default": true},
              "webhook": {
                "type": "object", "additionalProperties": false, "required": ["secret"],
                "properties": {
                  "secret": {"type": "string", "description": "The name of the secret that bodies are signed with."},
                  "body_parameter": {
                    "type": "string", "description": "The parameter that gets the body; `body` where there is such a one."
                  }
                }
              },
              "files": {
                "type": "object", "additionalProperties": false, "required": ["glob"],
                "properties": {
                  "glob": {"type": "string", "description": "Absolute, on the server, without `**`."},
                  "path_parameter": {
                    "type": "string", "description": "The parameter that gets the path; `path` where there is such a one."
                  }
                }
              },
              "run_ended": {
                "type": "object", "additionalProperties": false, "required": ["workflow"],
                "properties": {
                  "workflow": {"type": "string"},
                  "statuses": {
                    "type": "array", "items": {"enum": ["succeeded", "failed", "cancelled"]}, "default": ["succeeded"]
                  },
                  "run_parameter": {
                    "type": "string", "description": "The parameter that gets its id; `run` where there is such a one."
                  }
                }
              }
            }
          },
          "NotificationDefinition": {
            "description": "Either `webhook` or `command`.",
            "type": "object", "additionalProperties": false, "required": ["on"],
            "oneOf": [{"required": ["webhook"]}, {"required": ["command"]}],
            "properties": {
              "on": {
                "type": "array", "minItems": 1,
                "items": {
                  "enum": ["run.succeeded", "run.failed", "run.cancelled", "run.late", "approval.waiting"]
                }
              },
              "workflow": {"type": "string", "description": "Only of runs of the workflow of this name."},
              "webhook": {
                "type": "object", "additionalProperties": false, "required": ["url"],
                "properties": {
                  "url": {"type": "string", "format": "uri"},
                  "secret_name": {"type": "string", "description": "The name of the secret that bodies are signed with."}
                }
              },
              "command": {
                "description": "A script for the shell, or a program and its arguments.",
                "type": ["string", "array"], "minLength": 1, "minItems": 1, "items": {"type": "string"}
              },
              "enabled": {"type": "boolean", "default": true}
            }
          },
          "BackfillRequest": {
            "type": "object", "additionalProperties": false, "required": ["from", "to"],
            "properties": {
              "from": {"type": "string", "format": "date-time"}, "to": {"type": "string", "format": "date-time"},
              "max_active_runs": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1}
            }
          },
          "SecretRequest": {
            "type": "object", "additionalProperties": false, "required": ["value"],
            "properties": {"value": {"type": "string", "maxLength": 65536}}
          }
        }
        """
}
