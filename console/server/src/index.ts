export {
  createControlPlane,
  type ControlPlane,
  type ControlPlaneOptions,
} from './control-plane.ts';
