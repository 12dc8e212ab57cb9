/** Types of packages that are not installed here, as far as the documents use them. For those of SQLite see test/tools/sqlite-drivers.test.ts. */

declare module '@capacitor-community/sqlite';
declare module '@op-engineering/op-sqlite';
declare module 'expo-sqlite';
declare module 'react-native' {
  export const AppState: {
    currentState: 'active' | 'background' | 'inactive' | 'unknown' | 'extension';
    addEventListener(type: 'change', heard: (state: string) => void): { remove(): void };
  };
}
declare module '@react-native-community/netinfo' {
  const NetInfo: { addEventListener(heard: (state: { isConnected: boolean | null }) => void): () => void };
  export default NetInfo;
}
