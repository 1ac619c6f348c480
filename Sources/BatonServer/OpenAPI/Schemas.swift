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
              "directory": {"type": "string", "description": "Absolute, on the server."},
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
                "type": ["string", "array"], "items": {"type": "string"}
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
              }
            }
          },
          "ApplyRequest": {
            "type": "object", "additionalProperties": false, "required": ["workflow_id", "optimizations"],
            "properties": {
              "workflow_id": {"type": "string"},
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
          "TokenRequest": {
            "type": "object", "additionalProperties": false, "properties": {"api_key": {"type": "string"}}
          },
          "KeyRequest": {
            "type": "object", "additionalProperties": false, "required": ["name", "role"],
            "properties": {
              "name": {"type": "string", "minLength": 1, "maxLength": 100},
              "role": {"enum": ["viewer", "operator", "admin"]}
            }
          },
          "SecretRequest": {
            "type": "object", "additionalProperties": false, "required": ["value"],
            "properties": {"value": {"type": "string", "maxLength": 65536}}
          }
        }
        """
}
