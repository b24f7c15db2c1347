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
{{- if include "forium.https" . -}}
{{- if not (hasPrefix "https://" (.Values.settings.public_url | default "")) -}}
{{- fail "The gateway serves HTTPS (https.secrets, settings.acme): give settings.public_url its outside address, https://…." -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.settings.trusted_proxies) (ne (toString .Values.settings.https_redirect) "false") -}}
{{- fail "An ingress in front of a gateway with HTTPS of its own would be redirected for ever: give settings.trusted_proxies the controller's network, or settings.https_redirect=false." -}}
{{- end -}}
{{- end -}}
{{- if .Values.settings.acme -}}
{{- if eq .Values.mode "suite" -}}
{{- fail "settings.acme is of the mode allinone: several gateways share no folder for it. Let cert-manager make the Secret, and name it in https.secrets." -}}
{{- end -}}
{{- if and (include "forium.onPostgres" .) (not .Values.settings.acme_data) -}}
{{- fail "settings.acme on Postgres has no volume: give settings.acme_data a folder that stays (pod.extraVolumes), or take https.secrets." -}}
{{- end -}}
{{- end -}}
{{- $challenge := .Values.settings.challenge | default "off" -}}
{{- if and (eq .Values.mode "suite") (ne $challenge "off") (not (or .Values.settings.challenge_secret (has "challenge_secret" $keys))) -}}
{{- fail "settings.challenge in the mode suite needs settings.challenge_secret (or existingSecret): the gateways check each other's puzzles." -}}
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
