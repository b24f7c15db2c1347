{{/* Secret with the certificate of the process .name; nothing: no mutual TLS. */}}
{{- define "forium.tlsSecret" -}}
{{- $tls := .root.Values.tls -}}
{{- if eq .root.Values.mode "suite" -}}
{{- if $tls.certManager.enabled -}}
{{- printf "%s-%s-tls" (include "forium.fullname" .root) .name -}}
{{- else -}}
{{- $tls.existingSecret -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* No privilege of any kind. */}}
{{- define "forium.containerSecurity" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "forium.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "forium.placement" -}}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .root.Values.pod.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.pod.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.pod.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.pod.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{/* The pod template of the process .name, described by .service, with the values .values. */}}
{{- define "forium.pod" -}}
{{- $root := .root -}}
{{- $pod := $root.Values.pod -}}
{{- $fullname := include "forium.fullname" $root -}}
{{- $file := include "forium.settingsFile" . -}}
{{- $effective := $file | fromYaml -}}
{{- $known := include "forium.knownWords" . | fromYamlArray -}}
{{- $tls := include "forium.tlsSecret" . -}}
{{- $secret := include "forium.secretSettings" $root -}}
{{- $https := and (has "web" .service.words) (include "forium.https" $root) -}}
{{- $certificates := list -}}
{{- if $https -}}
{{- $certificates = $root.Values.https.secrets -}}
{{- end -}}
metadata:
  labels:
    {{- include "forium.labels" . | nindent 4 }}
    {{- with $pod.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    kubectl.kubernetes.io/default-container: {{ .name }}
    # A changed setting rolls the pods.
    checksum/settings: {{ printf "%s\n%s" $file $secret | sha256sum }}
    {{- with $pod.annotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "forium.serviceAccount" $root }}
  automountServiceAccountToken: false
  # Variables of Services would begin with FORIUM_ and be taken for settings.
  enableServiceLinks: false
  securityContext:
    {{- include "forium.podSecurity" . | nindent 4 }}
  # drain_delay + drain_timeout, and ten seconds to end.
  terminationGracePeriodSeconds: {{ add (include "forium.seconds" (toString $effective.drain_delay)) (include "forium.seconds" (toString $effective.drain_timeout)) 10 }}
  {{- with include "forium.placement" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- if and $pod.topologySpread (ne .name "allinone") }}
  topologySpreadConstraints:
    {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - topologyKey: {{ . }}
      maxSkew: 1
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "forium.selector" $ | nindent 10 }}
      matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
  containers:
    - name: {{ .name }}
      image: {{ include "forium.image" . }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      {{- if eq .name "allinone" }}
      args: [serve]
      {{- end }}
      env:
        - name: FORIUM_CONFIG
          value: /etc/forium/settings.yaml
        {{- if and (has "web" .service.words) (not (hasKey $effective "workers")) }}
        # The processors that it may use, not those of the node.
        - name: FORIUM_WORKERS
          valueFrom:
            resourceFieldRef: {resource: limits.cpu}
        {{- end }}
        {{- if has "place" .service.words }}
        - name: POD_IP
          valueFrom:
            fieldRef: {fieldPath: status.podIP}
        - name: FORIUM_ADVERTISE
          value: $(POD_IP):{{ .service.port }}
        {{- end }}
        {{- if and (has "zone" .service.words) $root.Values.zone.fromLabel (not $effective.zone) }}
        - name: FORIUM_ZONE
          valueFrom:
            fieldRef: {fieldPath: "metadata.labels['{{ $root.Values.zone.fromLabel }}']"}
        {{- end }}
        {{- with include "forium.secretEnvironment" (dict "root" $root "known" $known "secret" (printf "%s-settings" $fullname)) | trim }}
        {{- . | nindent 8 }}
        {{- end }}
      ports:
        - name: {{ has .name (list "gateway" "allinone") | ternary "http" "grpc" }}
          containerPort: {{ .service.port }}
        {{- if $https }}
        - name: https
          containerPort: 8443
        {{- end }}
        {{- with .service.control }}
        - name: control
          containerPort: {{ . }}
        {{- end }}
        - name: admin
          containerPort: 9090
      # All on the admin port, where nothing is redirected to HTTPS. Starting includes waiting for the database and the bus.
      startupProbe:
        httpGet: {path: /healthz, port: admin}
        periodSeconds: 2
        timeoutSeconds: 2
        failureThreshold: 150
      livenessProbe:
        httpGet: {path: /healthz, port: admin}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: {path: /readyz, port: admin}
        periodSeconds: 2
        timeoutSeconds: 2
        failureThreshold: 2
      resources:
        {{- toYaml .values.resources | nindent 8 }}
      securityContext:
        {{- include "forium.containerSecurity" . | nindent 8 }}
      volumeMounts:
        - name: settings
          mountPath: /etc/forium/settings.yaml
          subPath: settings.yaml
          readOnly: true
        - name: temporary
          mountPath: /tmp
        {{- if eq .name "allinone" }}
        - name: data
          mountPath: /data
        {{- end }}
        {{- with .service.folder }}
        - name: data
          mountPath: {{ . }}
        {{- end }}
        {{- if $certificates }}
        - name: certificates
          mountPath: /etc/forium/certificates
          readOnly: true
        {{- end }}
        {{- if $tls }}
        - name: tls
          mountPath: /etc/forium/tls
          readOnly: true
        {{- end }}
        {{- with $pod.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: settings
      configMap:
        name: {{ printf "%s-%s" $fullname .name }}
    - name: temporary
      emptyDir: {sizeLimit: 256Mi}
    {{- if eq .name "allinone" }}
    {{- if .values.persistence.existingClaim }}
    - name: data
      persistentVolumeClaim:
        claimName: {{ .values.persistence.existingClaim }}
    {{- else if include "forium.onPostgres" $root }}
    - name: data
      emptyDir: {sizeLimit: 1Gi}
    {{- end }}
    {{- end }}
    {{- if .service.folder }}
    # Made anew where a pod is: never backed up, gone with it.
    - name: data
      emptyDir: {sizeLimit: {{ .values.folderSize | default "10Gi" }}}
    {{- end }}
    {{- with $certificates }}
    - name: certificates
      projected:
        defaultMode: 0440
        sources:
          {{- range . }}
          - secret:
              name: {{ . }}
              items:
                - {key: tls.crt, path: {{ . }}.crt}
                - {key: tls.key, path: {{ . }}.key}
          {{- end }}
    {{- end }}
    {{- if $tls }}
    - name: tls
      secret:
        secretName: {{ $tls }}
        defaultMode: 0440
    {{- end }}
    {{- with $pod.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
