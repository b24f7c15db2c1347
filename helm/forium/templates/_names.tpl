{{- define "forium.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{- define "forium.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "forium.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "forium.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{/* Labels that select pods: of the release, or with .name of one process. */}}
{{- define "forium.selector" -}}
app.kubernetes.io/name: {{ include "forium.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .name }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{- define "forium.labels" -}}
{{ include "forium.selector" . }}
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: forium
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "forium.image" -}}
{{- $image := .root.Values.image -}}
{{- $name := ternary "forium" .name (eq .name "allinone") -}}
{{- /* The all-in-one is forium/forium; the service `forum` is forium/forum. */ -}}
{{- printf "%s%s/%s:%s" $image.registry $image.repository $name ($image.tag | default .root.Chart.AppVersion) -}}
{{- end }}

{{- define "forium.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "forium.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end }}

{{/* The Secret that is made once and kept; the charts inside know it by this name. */}}
{{- define "forium.generatedSecret" -}}
{{- printf "%s-forium-generated" .Release.Name -}}
{{- end }}

{{- define "forium.postgresPasswordSecret" -}}
{{- .Values.postgresql.existingSecret | default (include "forium.generatedSecret" .) -}}
{{- end }}

{{- define "forium.natsPasswordSecret" -}}
{{- .Values.nats.existingSecret | default (include "forium.generatedSecret" .) -}}
{{- end }}

{{/* Host of settings.public_url, without scheme and port. */}}
{{- define "forium.publicHost" -}}
{{- regexReplaceAll ":[0-9]+$" (regexReplaceAll "^https?://" (.Values.settings.public_url | default "") "") "" -}}
{{- end }}
