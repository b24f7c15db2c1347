{{/*
The services of the suite, one line each: a new one joins here. Its image and its name are the line's first word.
  port      what it listens on: gRPC, the gateway HTTP
  control   port of the control plane (the gateway)
  calls     services that it calls
  folder    where it keeps what it can make anew, a folder of the pod
  words     groups of settings that it knows, see _settings.tpl
*/}}
{{- define "forium.services" -}}
gateway: {port: 8080, control: 9100, calls: [auth, forum, search], words: [bus, zone, callsAuth, callsForum, callsSearch, site, web]}
auth: {port: 9101, calls: [], words: [database, control, bus, zone, place, site, identity, system]}
forum: {port: 9102, calls: [auth], words: [database, bus, zone, place, callsAuth, site]}
search: {port: 9104, calls: [auth, forum], folder: /data, words: [database, bus, zone, place, callsAuth, callsForum, system, finding]}
{{- end }}

{{/* The all-in-one in the same form. */}}
{{- define "forium.allinone" -}}
{port: 8080, calls: [], words: [database, control, site, web, identity, finding]}
{{- end }}

{{/* What runs in the chosen mode: name to description. */}}
{{- define "forium.running" -}}
{{- if eq .Values.mode "suite" -}}
{{- include "forium.services" . -}}
{{- else -}}
allinone: {{ include "forium.allinone" . }}
{{- end -}}
{{- end }}

{{/* Values of the process .name: its own over what every service has. */}}
{{- define "forium.ofService" -}}
{{- $defaults := dict "replicas" 2 "settings" dict "autoscaling" (dict "enabled" false)
      "podDisruptionBudget" (dict "maxUnavailable" 1)
      "resources" (dict "requests" (dict "cpu" "100m" "memory" "128Mi") "limits" (dict "cpu" "1" "memory" "512Mi")) -}}
{{- if eq .name "allinone" -}}
{{- mergeOverwrite $defaults (dict "replicas" 1) (deepCopy .root.Values.allinone) | toYaml -}}
{{- else -}}
{{- mergeOverwrite $defaults (deepCopy (get .root.Values.services .name | default dict)) | toYaml -}}
{{- end -}}
{{- end }}

{{/* The process that visitors reach. */}}
{{- define "forium.front" -}}
{{- ternary "gateway" "allinone" (eq .Values.mode "suite") -}}
{{- end }}
