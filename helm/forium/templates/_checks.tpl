{{/* What no schema can say. Each sentence tells what to do. */}}
{{- define "forium.checks" -}}
{{- $known := include "forium.services" . | fromYaml | keys | sortAlpha -}}
{{- $keys := .Values.existingSecret.keys -}}
{{- range $name, $_ := .Values.services -}}
{{- if not (has $name $known) -}}
{{- fail (printf "services.%s: there is no such service; there are %s." $name (join ", " $known)) -}}
{{- end -}}
{{- end -}}
{{- if and $keys (not .Values.existingSecret.name) -}}
{{- fail "existingSecret.keys is given without existingSecret.name: name the Secret that holds them." -}}
{{- end -}}
{{- range $keys -}}
{{- if get $.Values.settings . -}}
{{- fail (printf "settings.%s is given twice: take it out of settings or out of existingSecret.keys." .) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.postgresql.enabled (or .Values.settings.database_dsn (has "database_dsn" $keys)) -}}
{{- fail "There are two databases: give either postgresql.enabled or settings.database_dsn (or existingSecret)." -}}
{{- end -}}
{{- if and .Values.nats.enabled .Values.settings.nats_url -}}
{{- fail "There are two buses: give either nats.enabled or settings.nats_url." -}}
{{- end -}}
{{- if and .Values.tls.existingSecret .Values.tls.certManager.enabled -}}
{{- fail "Certificates come from one place: give either tls.existingSecret or tls.certManager.enabled." -}}
{{- end -}}
{{- if and .Values.tls.certManager.enabled (not .Values.tls.certManager.issuerRef.name) -}}
{{- fail "tls.certManager.enabled needs tls.certManager.issuerRef.name, the issuer that signs." -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) (not .Values.settings.public_url) -}}
{{- fail "ingress.enabled needs ingress.hosts, or settings.public_url to take the host from." -}}
{{- end -}}
{{- if eq .Values.mode "suite" -}}
{{- if not (include "forium.onPostgres" .) -}}
{{- fail "mode suite needs Postgres: give settings.database_dsn, a Secret with database_dsn (existingSecret), or postgresql.enabled=true." -}}
{{- end -}}
{{- if not (or .Values.nats.enabled .Values.settings.nats_url) -}}
{{- fail "mode suite needs NATS: give settings.nats_url, or nats.enabled=true." -}}
{{- end -}}
{{- else if .Values.nats.enabled -}}
{{- fail "nats.enabled is of the mode suite: the all-in-one needs no bus." -}}
{{- end -}}
{{- end }}
