// Takes the files of Sources/BatonServer/Page into the program: what is there must stand here, once above and once below.
//
// SwiftPM's own .embedInCode writes an array literal for the compiler to check: 24 s for 150 kB in debug, 42 s in release.
// This takes 0.2 s.

#include "baton_page.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char analysis_js[] = {
#embed "../BatonServer/Page/analysis.js"
};
static const unsigned char analyze_js[] = {
#embed "../BatonServer/Page/analyze.js"
};
static const unsigned char ansi_js[] = {
#embed "../BatonServer/Page/ansi.js"
};
static const unsigned char api_js[] = {
#embed "../BatonServer/Page/api.js"
};
static const unsigned char approvals_js[] = {
#embed "../BatonServer/Page/approvals.js"
};
static const unsigned char audit_js[] = {
#embed "../BatonServer/Page/audit.js"
};
static const unsigned char base_css[] = {
#embed "../BatonServer/Page/base.css"
};
static const unsigned char canvas_view_js[] = {
#embed "../BatonServer/Page/canvas-view.js"
};
static const unsigned char chart_js[] = {
#embed "../BatonServer/Page/chart.js"
};
static const unsigned char cluster_js[] = {
#embed "../BatonServer/Page/cluster.js"
};
static const unsigned char diff_js[] = {
#embed "../BatonServer/Page/diff.js"
};
static const unsigned char dom_js[] = {
#embed "../BatonServer/Page/dom.js"
};
static const unsigned char firings_js[] = {
#embed "../BatonServer/Page/firings.js"
};
static const unsigned char format_js[] = {
#embed "../BatonServer/Page/format.js"
};
static const unsigned char gantt_js[] = {
#embed "../BatonServer/Page/gantt.js"
};
static const unsigned char graph_nodes_js[] = {
#embed "../BatonServer/Page/graph-nodes.js"
};
static const unsigned char graph_js[] = {
#embed "../BatonServer/Page/graph.js"
};
static const unsigned char icon_svg[] = {
#embed "../BatonServer/Page/icon.svg"
};
static const unsigned char index_html[] = {
#embed "../BatonServer/Page/index.html"
};
static const unsigned char keyboard_js[] = {
#embed "../BatonServer/Page/keyboard.js"
};
static const unsigned char keys_js[] = {
#embed "../BatonServer/Page/keys.js"
};
static const unsigned char layout_js[] = {
#embed "../BatonServer/Page/layout.js"
};
static const unsigned char log_source_js[] = {
#embed "../BatonServer/Page/log-source.js"
};
static const unsigned char log_js[] = {
#embed "../BatonServer/Page/log.js"
};
static const unsigned char login_js[] = {
#embed "../BatonServer/Page/login.js"
};
static const unsigned char main_js[] = {
#embed "../BatonServer/Page/main.js"
};
static const unsigned char models_js[] = {
#embed "../BatonServer/Page/models.js"
};
static const unsigned char notification_form_js[] = {
#embed "../BatonServer/Page/notification-form.js"
};
static const unsigned char notifications_js[] = {
#embed "../BatonServer/Page/notifications.js"
};
static const unsigned char parts_css[] = {
#embed "../BatonServer/Page/parts.css"
};
static const unsigned char policies_js[] = {
#embed "../BatonServer/Page/policies.js"
};
static const unsigned char priority_js[] = {
#embed "../BatonServer/Page/priority.js"
};
static const unsigned char projection_js[] = {
#embed "../BatonServer/Page/projection.js"
};
static const unsigned char router_js[] = {
#embed "../BatonServer/Page/router.js"
};
static const unsigned char run_model_js[] = {
#embed "../BatonServer/Page/run-model.js"
};
static const unsigned char run_js[] = {
#embed "../BatonServer/Page/run.js"
};
static const unsigned char runs_js[] = {
#embed "../BatonServer/Page/runs.js"
};
static const unsigned char schedule_actions_js[] = {
#embed "../BatonServer/Page/schedule-actions.js"
};
static const unsigned char schedule_form_js[] = {
#embed "../BatonServer/Page/schedule-form.js"
};
static const unsigned char schedule_js[] = {
#embed "../BatonServer/Page/schedule.js"
};
static const unsigned char schedules_js[] = {
#embed "../BatonServer/Page/schedules.js"
};
static const unsigned char settings_js[] = {
#embed "../BatonServer/Page/settings.js"
};
static const unsigned char shell_js[] = {
#embed "../BatonServer/Page/shell.js"
};
static const unsigned char states_js[] = {
#embed "../BatonServer/Page/states.js"
};
static const unsigned char stream_js[] = {
#embed "../BatonServer/Page/stream.js"
};
static const unsigned char submit_js[] = {
#embed "../BatonServer/Page/submit.js"
};
static const unsigned char table_js[] = {
#embed "../BatonServer/Page/table.js"
};
static const unsigned char tabs_js[] = {
#embed "../BatonServer/Page/tabs.js"
};
static const unsigned char task_js[] = {
#embed "../BatonServer/Page/task.js"
};
static const unsigned char tasks_js[] = {
#embed "../BatonServer/Page/tasks.js"
};
static const unsigned char template_fields_js[] = {
#embed "../BatonServer/Page/template-fields.js"
};
static const unsigned char theme_js[] = {
#embed "../BatonServer/Page/theme.js"
};
static const unsigned char timing_js[] = {
#embed "../BatonServer/Page/timing.js"
};
static const unsigned char trigger_form_js[] = {
#embed "../BatonServer/Page/trigger-form.js"
};
static const unsigned char triggers_js[] = {
#embed "../BatonServer/Page/triggers.js"
};
static const unsigned char views_css[] = {
#embed "../BatonServer/Page/views.css"
};
static const unsigned char virtual_js[] = {
#embed "../BatonServer/Page/virtual.js"
};
static const unsigned char workflow_js[] = {
#embed "../BatonServer/Page/workflow.js"
};
static const unsigned char workflows_js[] = {
#embed "../BatonServer/Page/workflows.js"
};

#define FILE_OF(name, bytes) {name, bytes, sizeof bytes}

static const struct baton_page_file files[] = {
    FILE_OF("analysis.js", analysis_js),
    FILE_OF("analyze.js", analyze_js),
    FILE_OF("ansi.js", ansi_js),
    FILE_OF("api.js", api_js),
    FILE_OF("approvals.js", approvals_js),
    FILE_OF("audit.js", audit_js),
    FILE_OF("base.css", base_css),
    FILE_OF("canvas-view.js", canvas_view_js),
    FILE_OF("chart.js", chart_js),
    FILE_OF("cluster.js", cluster_js),
    FILE_OF("diff.js", diff_js),
    FILE_OF("dom.js", dom_js),
    FILE_OF("firings.js", firings_js),
    FILE_OF("format.js", format_js),
    FILE_OF("gantt.js", gantt_js),
    FILE_OF("graph-nodes.js", graph_nodes_js),
    FILE_OF("graph.js", graph_js),
    FILE_OF("icon.svg", icon_svg),
    FILE_OF("index.html", index_html),
    FILE_OF("keyboard.js", keyboard_js),
    FILE_OF("keys.js", keys_js),
    FILE_OF("layout.js", layout_js),
    FILE_OF("log-source.js", log_source_js),
    FILE_OF("log.js", log_js),
    FILE_OF("login.js", login_js),
    FILE_OF("main.js", main_js),
    FILE_OF("models.js", models_js),
    FILE_OF("notification-form.js", notification_form_js),
    FILE_OF("notifications.js", notifications_js),
    FILE_OF("parts.css", parts_css),
    FILE_OF("policies.js", policies_js),
    FILE_OF("priority.js", priority_js),
    FILE_OF("projection.js", projection_js),
    FILE_OF("router.js", router_js),
    FILE_OF("run-model.js", run_model_js),
    FILE_OF("run.js", run_js),
    FILE_OF("runs.js", runs_js),
    FILE_OF("schedule-actions.js", schedule_actions_js),
    FILE_OF("schedule-form.js", schedule_form_js),
    FILE_OF("schedule.js", schedule_js),
    FILE_OF("schedules.js", schedules_js),
    FILE_OF("settings.js", settings_js),
    FILE_OF("shell.js", shell_js),
    FILE_OF("states.js", states_js),
    FILE_OF("stream.js", stream_js),
    FILE_OF("submit.js", submit_js),
    FILE_OF("table.js", table_js),
    FILE_OF("tabs.js", tabs_js),
    FILE_OF("task.js", task_js),
    FILE_OF("tasks.js", tasks_js),
    FILE_OF("template-fields.js", template_fields_js),
    FILE_OF("theme.js", theme_js),
    FILE_OF("timing.js", timing_js),
    FILE_OF("trigger-form.js", trigger_form_js),
    FILE_OF("triggers.js", triggers_js),
    FILE_OF("views.css", views_css),
    FILE_OF("virtual.js", virtual_js),
    FILE_OF("workflow.js", workflow_js),
    FILE_OF("workflows.js", workflows_js),
};

const struct baton_page_file *baton_page_file(size_t place) {
    return place < sizeof files / sizeof files[0] ? &files[place] : NULL;
}
