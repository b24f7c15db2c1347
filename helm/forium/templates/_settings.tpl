{{/* Settings that processes know, by group; `process` is known to all. */}}
{{- define "forium.words" -}}
process: [otlp_endpoint, trace_sample, log_level, drain_timeout, drain_delay]
database: [database_dsn, tenant_dsns, database_connections, database_idle_timeout, statement_timeout]
control: [control_dsn]
bus: [nats_url, nats_user, nats_password, nats_nkey_seed_file, nats_ca, nats_certificate, nats_key, nats_replicas]
zone: [zone]
place: [weight]
callsAuth: [auth_target]
callsForum: [forum_target]
callsSearch: [search_target]
system: [service_secret]
finding: [search_language, search_analytics, search_close_after]
site: [public_url]
web: [workers, trusted_proxies, access_log, page_cache, page_cache_bytes, rate_limit, rate_per_second,
  rate_burst, write_rate_per_second, write_rate_burst, max_header_bytes, max_body_bytes, max_connections,
  header_timeout, body_timeout, keep_alive_timeout, write_timeout, request_timeout, identity_ttl,
  hsts, https_redirect, ocsp_stapling, certificates_interval, acme, acme_directory, acme_email, acme_hosts,
  acme_ca, acme_data, acme_new_hosts_per_hour, allow, deny, proxy_protocol, api_rate_per_second,
  api_rate_burst, search_rate_per_second, search_rate_burst, static_rate_per_second, static_rate_burst,
  login_rate_per_minute, login_rate_burst, members_per_address, max_concurrency, min_concurrency,
  queue_length, queue_timeout, challenge, challenge_difficulty, challenge_secret, realtime_connections,
  realtime_per_address, realtime_heartbeat, sites, site_health_path, site_health_interval, site_timeout,
  site_max_body_bytes, early_hints, cdn, cdn_max_age, cdn_stale, cdn_tag_header, cdn_purge_url,
  cdn_purge_token]
identity: [rate_limit, session_lifetime, invitation_lifetime, reset_lifetime, password_memory_kib,
  password_passes, password_hashes_at_once, login_failures_per_account, login_failures_per_address,
  registrations_per_address]
{{- end }}

{{/* Those that are secret: never in a ConfigMap. */}}
{{- define "forium.secretWords" -}}
[database_dsn, tenant_dsns, control_dsn, nats_password, service_secret, challenge_secret, cdn_purge_token]
{{- end }}

{{/* The words that the process .service knows. */}}
{{- define "forium.knownWords" -}}
{{- $groups := include "forium.words" . | fromYaml -}}
{{- $known := $groups.process -}}
{{- range .service.words -}}
{{- $known = concat $known (get $groups .) -}}
{{- end -}}
{{- $known | uniq | toYaml -}}
{{- end }}

{{/* Is there a Postgres? "yes" or nothing. */}}
{{- define "forium.onPostgres" -}}
{{- if or .Values.postgresql.enabled .Values.settings.database_dsn (has "database_dsn" .Values.existingSecret.keys) -}}
yes
{{- end -}}
{{- end }}

{{/* Does the gateway serve HTTPS itself? "yes" or nothing. */}}
{{- define "forium.https" -}}
{{- if or .Values.https.secrets .Values.settings.acme -}}
yes
{{- end -}}
{{- end }}

{{/* The configuration file of the process .name, described by .service, with the values .values. */}}
{{- define "forium.settingsFile" -}}
{{- $root := .root -}}
{{- $fullname := include "forium.fullname" $root -}}
{{- $secret := include "forium.secretWords" . | fromYamlArray -}}
{{- $fromSecret := $root.Values.existingSecret.keys -}}
{{- $file := dict "listen" (printf "0.0.0.0:%v" .service.port) "admin_listen" "0.0.0.0:9090" -}}
{{- range include "forium.knownWords" . | fromYamlArray -}}
{{- $value := get $root.Values.settings . -}}
{{- if not (or (has . $secret) (has . $fromSecret) (kindIs "invalid" $value) (eq (toString $value) "")) -}}
{{- $_ := set $file . $value -}}
{{- end -}}
{{- end -}}
{{- if and (has "web" .service.words) (include "forium.https" $root) -}}
{{- $_ := set $file "https_listen" "0.0.0.0:8443" -}}
{{- if $root.Values.https.secrets -}}
{{- $_ := set $file "certificates" "/etc/forium/certificates" -}}
{{- end -}}
{{- end -}}
{{- if .service.control -}}
{{- $_ := set $file "control_listen" (printf "0.0.0.0:%v" .service.control) -}}
{{- end -}}
{{- if has "place" .service.words -}}
{{- $_ := set $file "gateways" (list (printf "%s-gateway-control:9100" $fullname)) -}}
{{- end -}}
{{- if and (has "bus" .service.words) $root.Values.nats.enabled -}}
{{- $_ := set $file "nats_url" (printf "nats://%s-nats:4222" $root.Release.Name) -}}
{{- $_ := set $file "nats_user" "forium" -}}
{{- end -}}
{{- if eq .name "allinone" -}}
{{- $_ := set $file "data" "/data" -}}
{{- else if .service.folder -}}
{{- $_ := set $file "data" .service.folder -}}
{{- end -}}
{{- if and (ne .name "allinone") (include "forium.tlsSecret" .) -}}
{{- $_ := set $file "tls_certificate" "/etc/forium/tls/tls.crt" -}}
{{- $_ := set $file "tls_key" "/etc/forium/tls/tls.key" -}}
{{- $_ := set $file "tls_ca" "/etc/forium/tls/ca.crt" -}}
{{- end -}}
{{- mergeOverwrite $file (deepCopy (.values.settings | default dict)) | toYaml -}}
{{- end }}

{{/*
Secret settings as environment, for the words .known; what the chart keeps itself lies in the Secret .secret.
*/}}
{{- define "forium.secretEnvironment" -}}
{{- $root := .root -}}
{{- $known := .known -}}
{{- $own := .secret -}}
{{- $existing := $root.Values.existingSecret -}}
{{- range append (include "forium.secretWords" . | fromYamlArray) "nats_user" }}
{{- if has . $known }}
{{- if has . $existing.keys }}
- name: FORIUM_{{ upper . }}
  valueFrom:
    secretKeyRef: {name: {{ $existing.name }}, key: {{ . }}}
{{- else if and (ne . "nats_user") (get $root.Values.settings .) }}
- name: FORIUM_{{ upper . }}
  valueFrom:
    secretKeyRef: {name: {{ $own }}, key: {{ . }}}
{{- else if and (eq . "database_dsn") $root.Values.postgresql.enabled }}
- name: POSTGRES_PASSWORD
  valueFrom:
    secretKeyRef: {name: {{ include "forium.postgresPasswordSecret" $root }}, key: postgres_password}
- name: FORIUM_DATABASE_DSN
  value: postgresql://forium:$(POSTGRES_PASSWORD)@{{ $root.Release.Name }}-postgresql:5432/forium
{{- else if and (eq . "service_secret") (eq $root.Values.mode "suite") }}
- name: FORIUM_SERVICE_SECRET
  valueFrom:
    secretKeyRef: {name: {{ include "forium.generatedSecret" $root }}, key: service_secret}
{{- else if and (eq . "nats_password") $root.Values.nats.enabled }}
- name: FORIUM_NATS_PASSWORD
  valueFrom:
    secretKeyRef: {name: {{ include "forium.natsPasswordSecret" $root }}, key: nats_password}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Secret settings that stand in the values, word to text. */}}
{{- define "forium.secretSettings" -}}
{{- $settings := .Values.settings -}}
{{- $existing := .Values.existingSecret -}}
{{- $result := dict -}}
{{- range include "forium.secretWords" . | fromYamlArray -}}
{{- $value := get $settings . -}}
{{- if and $value (not (has . $existing.keys)) -}}
{{- $_ := set $result . (kindIs "slice" $value | ternary (join "," $value) (toString $value)) -}}
{{- end -}}
{{- end -}}
{{- $result | toYaml -}}
{{- end }}

{{/* `1m30s` in seconds. */}}
{{- define "forium.seconds" -}}
{{- $sum := 0 -}}
{{- range regexFindAll "[0-9]+[hms]" . -1 -}}
{{- $number := trimAll "hms" . | int -}}
{{- if hasSuffix "h" . -}}{{- $number = mul $number 3600 -}}{{- end -}}
{{- if hasSuffix "m" . -}}{{- $number = mul $number 60 -}}{{- end -}}
{{- $sum = add $sum $number -}}
{{- end -}}
{{- $sum -}}
{{- end }}
