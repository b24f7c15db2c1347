// SPDX-License-Identifier: Apache-2.0
// What holds for every rendering of the chart. Each takes a Release and gives sentences about what is wrong.
import {parse} from 'yaml';

const covers = (selector, labels) => Object.entries(selector?.matchLabels ?? selector ?? {}).every(([key, value]) => labels[key] === value);
const seconds = (text) =>
  [...String(text).matchAll(/(\d+)([hms])/g)].reduce((sum, [, n, unit]) => sum + n * {h: 3600, m: 60, s: 1}[unit], 0);

// Manifests with what is often asked of them.
export class Release {
  constructor(manifests, outside = []) {
    this.manifests = manifests;
    this.outside = new Set(outside); // Secrets that are the operator's
    this.workloads = this.of('Deployment', 'StatefulSet', 'Job').map((manifest) => new Workload(manifest));
  }

  of(...kinds) {
    return this.manifests.filter(({kind}) => kinds.includes(kind));
  }

  named(kind, name) {
    return this.of(kind).find(({metadata}) => metadata.name === name);
  }

  selected(selector) {
    return this.workloads.filter(({labels}) => covers(selector, labels));
  }

  over({labels}) {
    return this.of('NetworkPolicy').filter(({spec}) => covers(spec.podSelector, labels));
  }

  // [source, '>', target, port] for all that network policies let through; a stranger is a pod of another release.
  connections() {
    const stranger = {name: 'stranger', labels: {}};
    const result = [];
    for (const source of [...this.workloads, stranger]) {
      for (const target of this.workloads) {
        if (source === target) continue;
        for (const {containerPort: port} of target.ports) {
          const out = source === stranger || leaves(this.over(source), target, port);
          if (out && admits(this.over(target), source, port)) result.push([source.name, '>', target.name, port]);
        }
      }
    }
    return result.filter(([from, , to, port]) => from === 'stranger' || !this.open(to, port)).sort();
  }

  // Is it open to strangers?
  open(name, port) {
    const target = this.workloads.find((one) => one.name === name);
    return admits(this.over(target), {labels: {}}, port);
  }
}

class Workload {
  constructor(manifest) {
    Object.assign(this, {manifest, kind: manifest.kind, name: manifest.metadata.name, template: manifest.spec.template});
    this.pod = this.template.spec;
    this.labels = this.template.metadata.labels;
    this.containers = [...(this.pod.initContainers ?? []), ...this.pod.containers];
    this.ports = this.containers.flatMap(({ports}) => ports ?? []);
    this.hook = manifest.metadata.annotations?.['helm.sh/hook'];
  }

  has(port) {
    return this.ports.some(({name, containerPort}) => port === name || port === containerPort);
  }
}

export const invariants = {
  *'no container has a privilege'({workloads}) {
    for (const {name, pod, containers} of workloads) {
      if (pod.automountServiceAccountToken !== false) yield `${name} mounts a token`;
      if (pod.enableServiceLinks !== false) yield `${name} gets variables of Services, which begin with FORIUM_`;
      if (pod.hostNetwork || pod.hostPID || pod.hostIPC) yield `${name} shares a name space of the host`;
      const own = pod.securityContext ?? {};
      if (!own.runAsNonRoot || !(own.runAsUser > 0) || !(own.runAsGroup > 0)) yield `${name} may be root`;
      if (own.seccompProfile?.type !== 'RuntimeDefault') yield `${name} has no seccomp profile`;
      for (const {name: container, securityContext: its = {}} of containers) {
        if (its.readOnlyRootFilesystem !== true) yield `${name}/${container} writes to its root`;
        if (its.allowPrivilegeEscalation !== false) yield `${name}/${container} may gain privileges`;
        if (its.privileged !== false || its.runAsNonRoot !== true) yield `${name}/${container} is privileged`;
        if (String(its.capabilities?.drop) !== 'ALL' || its.capabilities.add) yield `${name}/${container} has capabilities`;
      }
      if (pod.volumes?.some(({hostPath}) => hostPath)) yield `${name} mounts the host`;
    }
  },

  *'every container has bounds'({workloads}) {
    for (const {name, pod, containers} of workloads) {
      for (const {name: container, resources} of containers) {
        if (!resources?.limits?.memory || !resources.limits.cpu) yield `${name}/${container} has no limits`;
        if (!resources?.requests?.memory || !resources.requests.cpu) yield `${name}/${container} has no requests`;
      }
      for (const {name: volume, emptyDir} of pod.volumes ?? []) {
        if (emptyDir && !emptyDir.sizeLimit) yield `${name}: the volume ${volume} has no bound`;
      }
    }
  },

  *'every server has probes on ports that it has'({workloads}) {
    for (const {name, kind, pod} of workloads) {
      if (kind === 'Job') continue;
      for (const container of pod.containers) {
        for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
          const port = container[probe]?.httpGet?.port;
          if (!container[probe]) yield `${name} has no ${probe}`;
          else if (port && !container.ports.some((one) => one.name === port)) yield `${name}: ${probe} asks ${port}`;
        }
      }
    }
  },

  *'images have a version'({workloads}) {
    for (const {name, containers} of workloads) {
      for (const {image} of containers) if (!/:[\w][\w.-]*$/.test(image) || image.endsWith(':latest')) yield `${name}: ${image}`;
    }
  },

  *'names and labels are legal'({manifests}) {
    const seen = new Set();
    for (const {kind, metadata, apiVersion} of manifests) {
      const name = `${kind} ${metadata.name}`;
      if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(metadata.name) || metadata.name.length > 63) yield `${name} is no name`;
      if (!metadata.namespace) yield `${name} has no namespace`;
      if (seen.has(name)) yield `${name} is there twice`;
      seen.add(name);
      for (const [key, value] of Object.entries(metadata.labels ?? {})) {
        if (typeof value !== 'string' || !/^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/.test(value)) yield `${name}: ${key}=${value}`;
      }
      for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
        if (typeof value !== 'string') yield `${name}: the annotation ${key} is ${typeof value}, ${apiVersion}`;
      }
    }
  },

  *'selectors choose their own pods only'({workloads}) {
    for (const {name, kind, manifest, labels} of workloads) {
      if (kind === 'Job') continue;
      if (!covers(manifest.spec.selector, labels)) yield `${name} does not select its own pods`;
      for (const other of workloads) {
        if (other.name !== name && covers(manifest.spec.selector, other.labels)) yield `${name} selects pods of ${other.name}`;
      }
    }
  },

  *'services lead to pods'(release) {
    for (const {metadata, spec} of release.of('Service')) {
      const chosen = release.selected(spec.selector).filter(({kind}) => kind !== 'Job');
      if (chosen.length === 0) yield `Service ${metadata.name} selects nothing`;
      for (const {targetPort} of spec.ports) {
        for (const workload of chosen) {
          if (!workload.has(targetPort)) yield `Service ${metadata.name}: ${workload.name} has no port ${targetPort}`;
        }
      }
    }
    for (const {kind, spec, metadata} of release.manifests) {
      if (kind === 'Ingress') {
        for (const {http} of spec.rules) {
          const {name, port} = http.paths[0].backend.service;
          const service = release.named('Service', name);
          if (!service?.spec.ports.some((one) => one.name === port.name)) yield `Ingress ${metadata.name}: ${name}`;
        }
      } else if (kind === 'HorizontalPodAutoscaler') {
        const target = release.named(spec.scaleTargetRef.kind, spec.scaleTargetRef.name);
        if (!target || target.spec.replicas !== undefined) yield `${metadata.name} scales what has a number of its own`;
      } else if (kind === 'PodDisruptionBudget') {
        if (release.selected(spec.selector).length !== 1) yield `PodDisruptionBudget ${metadata.name} selects not one thing`;
        if ((spec.minAvailable === undefined) === (spec.maxUnavailable === undefined)) yield `${metadata.name}: one bound`;
      } else if (kind === 'ServiceMonitor') {
        if (!release.of('Service').some(({metadata: {labels}}) => covers(spec.selector, labels))) yield 'nothing is monitored';
      }
    }
  },

  *'network policies fit the ports, and each other'(release) {
    const policies = release.of('NetworkPolicy');
    if (policies.length === 0) return;
    for (const workload of release.workloads) {
      if (!release.over(workload).some(({spec}) => spec.policyTypes.includes('Ingress') && spec.policyTypes.includes('Egress'))) {
        yield `${workload.name} is open to all`;
      }
    }
    for (const {metadata, spec} of policies) {
      const chosen = release.selected(spec.podSelector);
      if (chosen.length === 0) yield `NetworkPolicy ${metadata.name} selects nothing`;
      for (const {port} of (spec.ingress ?? []).flatMap(({ports}) => ports ?? [])) {
        for (const workload of chosen) if (!workload.has(port)) yield `${metadata.name}: ${workload.name} has no port ${port}`;
      }
      for (const rule of spec.egress ?? []) {
        for (const peer of (rule.to ?? []).filter(({podSelector, namespaceSelector}) => podSelector && !namespaceSelector)) {
          const targets = release.selected(peer.podSelector);
          if (targets.length === 0) yield `${metadata.name} allows calls to nobody`;
          for (const target of targets) {
            for (const {port} of rule.ports) {
              if (!target.has(port)) yield `${metadata.name}: ${target.name} has no port ${port}`;
              for (const source of chosen) if (!admits(release.over(target), source, port)) yield `${target.name} refuses ${source.name} on ${port}`;
            }
          }
        }
      }
    }
  },

  *'what is referred to is there'(release) {
    for (const {name, hook, pod, containers, manifest, labels} of release.workloads) {
      const early = (other) => other.metadata.annotations?.['helm.sh/hook'];
      const volumes = new Map((pod.volumes ?? []).map((volume) => [volume.name, volume]));
      for (const {metadata} of manifest.spec.volumeClaimTemplates ?? []) volumes.set(metadata.name, {});
      for (const {configMap, secret} of volumes.values()) {
        if (configMap && !release.outside.has(configMap.name) && !release.named('ConfigMap', configMap.name)) yield `${name}: ${configMap.name}`;
        if (secret && !release.outside.has(secret.secretName) && !certified(release, secret.secretName)) yield `${name}: ${secret.secretName}`;
      }
      for (const secret of [...volumes.values()].flatMap(({projected}) => projected?.sources ?? []).map((source) => source.secret)) {
        if (!release.outside.has(secret.name) && !certified(release, secret.name)) yield `${name}: ${secret.name}`;
      }
      const mounted = new Set(containers.flatMap(({volumeMounts}) => volumeMounts ?? []).map((mount) => mount.name));
      for (const mount of mounted) if (!volumes.has(mount)) yield `${name} mounts ${mount}, which it does not have`;
      for (const volume of volumes.keys()) if (!mounted.has(volume)) yield `${name} has ${volume} and does not mount it`;
      for (const {valueFrom} of containers.flatMap(({env}) => env ?? [])) {
        const reference = valueFrom?.secretKeyRef;
        if (!reference || release.outside.has(reference.name)) continue;
        const secret = release.named('Secret', reference.name);
        const keys = {...secret?.data, ...secret?.stringData};
        if (!(reference.key in keys)) yield `${name}: there is no ${reference.key} in ${reference.name}`;
        else if (hook?.includes('pre-install') && !early(secret)) yield `${name} runs before ${reference.name} is there`;
      }
      const account = pod.serviceAccountName ?? 'default';
      if (account !== 'default' && !release.named('ServiceAccount', account)) yield `${name}: ${account} (${labels})`;
    }
  },

  *'a process has the time to drain'(release) {
    for (const {name, pod, labels} of release.workloads) {
      const settings = settingsOf(release, pod);
      if (!settings) continue;
      const needs = seconds(settings.drain_delay) + seconds(settings.drain_timeout);
      if (!(needs > 0) || pod.terminationGracePeriodSeconds < needs + 5) yield `${name}: ${needs} s, ${JSON.stringify(labels)}`;
    }
  },

  *'HTTPS of the gateway has a certificate, a way in and an outside address'(release) {
    for (const {name, pod, ports} of release.workloads) {
      const settings = settingsOf(release, pod);
      const port = ports.find((one) => one.name === 'https')?.containerPort;
      if (!settings?.https_listen !== !port) yield `${name} listens on ${settings?.https_listen} and has ${port}`;
      if (!port) continue;
      if (settings.https_listen !== `0.0.0.0:${port}`) yield `${name} listens on ${settings.https_listen}`;
      if (!settings.public_url?.startsWith('https://')) yield `${name} would send people to port ${port}`;
      const mounts = pod.containers[0].volumeMounts.map((one) => one.mountPath);
      if (!settings.acme && !mounts.includes(settings.certificates)) yield `${name} has no certificates`;
      if (!release.of('Service').some(({spec}) => spec.ports.some(({targetPort}) => targetPort === 'https'))) yield `nobody reaches ${name}`;
      if (release.of('NetworkPolicy').length && !release.open(name, port)) yield `${name} is closed on ${port}`;
    }
  },

  *'services register with every control plane'(release) {
    for (const {name, pod} of release.workloads) {
      for (const gateway of settingsOf(release, pod)?.gateways ?? []) {
        const [host, port] = gateway.split(':');
        const service = release.named('Service', host);
        if (service?.spec.clusterIP !== 'None' || !service.spec.publishNotReadyAddresses) yield `${name}: ${host} is no name for all`;
        else if (service.spec.ports[0].port !== Number(port)) yield `${name}: ${host} has no port ${port}`;
        const control = release.selected(service?.spec.selector).map((one) => settingsOf(release, one.pod)?.control_listen);
        if (String(control) !== `0.0.0.0:${port}`) yield `${name}: ${host} leads to ${control}`;
        const certificates = release.of('Certificate');
        if (certificates.length && !certificates.some(({spec}) => spec.dnsNames.includes(host))) yield `no certificate says ${host}`;
      }
    }
    for (const {metadata, spec} of release.of('Certificate')) {
      const process = metadata.labels['app.kubernetes.io/component'];
      if (!spec.dnsNames.includes(process)) yield `${metadata.name} has not the name of xds:///${process}`;
    }
  },

  *'no secret stands outside of a Secret'({manifests, workloads}) {
    for (const {kind, metadata, data} of manifests) {
      if (kind === 'ConfigMap' && /secret@|:secret|password: \w/.test(JSON.stringify(data))) yield `ConfigMap ${metadata.name}`;
    }
    for (const {name, containers} of workloads) {
      for (const {name: variable, value} of containers.flatMap(({env}) => env ?? [])) {
        if (/DSN|PASSWORD/.test(variable) && value && !value.includes('$(POSTGRES_PASSWORD)')) yield `${name}: ${variable}`;
      }
    }
  },
};

function admits(policies, {labels}, port) {
  return policies.some(({spec}) =>
    (spec.ingress ?? []).some(
      ({ports, from}) =>
        (!ports || ports.some((one) => one.port === port)) && (!from || from.some((peer) => isPeer(peer, labels))),
    ),
  );
}

function leaves(policies, {labels}, port) {
  return policies.some(({spec}) =>
    (spec.egress ?? []).some(
      ({ports, to}) => (!ports || ports.some((one) => one.port === port)) && (!to || to.some((peer) => isPeer(peer, labels))),
    ),
  );
}

const isPeer = ({podSelector, namespaceSelector, ipBlock}, labels) => !ipBlock && (podSelector ? covers(podSelector, labels) : !!namespaceSelector);

const certified = (release, name) => release.of('Certificate').some(({spec}) => spec.secretName === name);

export function settingsOf(release, pod) {
  const map = pod.volumes?.find(({name}) => name === 'settings')?.configMap.name;
  return map && parse(release.named('ConfigMap', map).data['settings.yaml']);
}
