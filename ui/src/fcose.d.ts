declare module 'cytoscape-fcose' {
  const extension: (register: unknown) => void;
  export default extension;
}
